/** Puts the first screens together, and has the part that talks with machines follow them. */
import { render } from "preact";
import { AppUpdate } from "./app_update.ts";
import { Appearance } from "./appearance.ts";
import { Entrance } from "./entrance.ts";
import { LATER_STYLE } from "./later_style.ts";
import type { Machine } from "./machine.ts";
import type { MachinePart } from "./machine_part.ts";
import { followPage } from "./page_events.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { Store } from "./store.ts";
import { missingSupport } from "./support.ts";
import { replaceStyleElements } from "./terminal_styles.ts";
import { followViewport } from "./viewport.ts";
import { Root } from "./views/root.tsx";
import { UnsupportedScreen } from "./views/unsupported.tsx";

declare const APP_VERSION: string;

/** Return the text behind `#` and remove it from the address bar: it carries the pairing secret. */
function takeFragment(): string {
  const fragment = location.hash.slice(1);
  if (location.hash !== "") history.replaceState(history.state, "", location.pathname + location.search);
  return fragment;
}

interface Kept {
  readonly store: Store;
  readonly settings: Settings;
  readonly machines: readonly Machine[];
}

/** Read what is kept on this phone; null where the browser keeps nothing. */
async function readKept(): Promise<Kept | null> {
  try {
    const store = await Store.open();
    const [settings, machines] = await Promise.all([store.settings(), store.machines()]);
    return { store, settings, machines };
  } catch {
    return null;
  }
}

async function fetchMachinePart(entrance: Entrance): Promise<MachinePart> {
  const [{ assemble }] = await Promise.all([import("./machine_part.ts"), LATER_STYLE.fetch()]);
  const part = await assemble(entrance);
  followPage(part.controller);
  return part;
}

async function start(): Promise<void> {
  const fragment = takeFragment();
  const root = document.getElementById("app");
  if (root === null) return;
  let show = (): void => undefined;
  const appearance = new Appearance(DEFAULT_SETTINGS, () => show());
  followViewport();
  replaceStyleElements(document);
  const [missing, kept] = await Promise.all([missingSupport(), readKept()]);
  if (missing !== null || kept === null) {
    show = () => render(<UnsupportedScreen reason={missing ?? "no_storage"} />, root);
    show();
    return;
  }
  const { store, settings, machines } = kept;
  appearance.show(settings);
  const surroundings = {
    relayOrigin: location.origin,
    client: crypto.getRandomValues(new Uint8Array(16)),
    app: `web ${APP_VERSION}`,
    isVisible: () => document.visibilityState === "visible",
    isOnline: () => navigator.onLine,
  };
  const entrance = new Entrance(store, surroundings, settings, fetchMachinePart);
  entrance.subscribe(() => appearance.show(entrance.state.settings));
  window.addEventListener("hashchange", () => {
    const later = takeFragment();
    if (later !== "") entrance.pairings.pairWith(later);
  });
  entrance.start(machines, fragment);
  const update = new AppUpdate(() => show());
  show = () => render(<Root entrance={entrance} appVersion={APP_VERSION} update={update} />, root);
  // a screen that needs the part waits for it, so that nothing flashes; if it cannot be had, the screen says so
  if ("deviceId" in entrance.state.route) await entrance.machinePart.fetch().catch(() => undefined);
  show();
  await entrance.machinePart.fetch().catch(() => undefined);
  await update.follow(); // last, since the worker fetches all that it keeps
}

void start();

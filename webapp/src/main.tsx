/** Puts the parts of the app together. */
import { render } from "preact";
import { AppUpdate } from "./app_update.ts";
import { Appearance } from "./appearance.ts";
import { ComposerStore } from "./composer_store.ts";
import { Controller } from "./controller.ts";
import { noteUndelivered, takeUndelivered } from "./reload_note.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { Store } from "./store.ts";
import { missingSupport } from "./support.ts";
import { replaceStyleElements } from "./terminal_styles.ts";
import { followViewport } from "./viewport.ts";
import { Root } from "./views/root.tsx";
import { UnsupportedScreen } from "./views/unsupported.tsx";
import "./styles/app.css";

declare const APP_VERSION: string;

/** Return the text behind `#` and remove it from the address bar: it carries the pairing secret. */
function takeFragment(): string {
  const fragment = location.hash.slice(1);
  if (location.hash !== "") history.replaceState(history.state, "", location.pathname + location.search);
  return fragment;
}

/** Open what is kept on this phone; null where the browser keeps nothing. */
async function openStores(): Promise<{ readonly store: Store; readonly written: ComposerStore } | null> {
  try {
    const [store, written] = await Promise.all([Store.open(), ComposerStore.open()]);
    return { store, written };
  } catch {
    return null;
  }
}

async function start(): Promise<void> {
  const fragment = takeFragment();
  const root = document.getElementById("app");
  if (root === null) return;
  let show = (): void => undefined;
  const appearance = new Appearance(DEFAULT_SETTINGS, () => show());
  followViewport();
  replaceStyleElements(document);
  const [missing, stores] = await Promise.all([missingSupport(), openStores()]);
  if (missing !== null || stores === null) {
    show = () => render(<UnsupportedScreen reason={missing ?? "no_storage"} />, root);
    show();
    return;
  }
  const { store, written } = stores;
  const settings = await store.settings();
  appearance.show(settings);
  const surroundings = {
    relayOrigin: location.origin,
    client: crypto.getRandomValues(new Uint8Array(16)),
    app: `web ${APP_VERSION}`,
    isVisible: () => document.visibilityState === "visible",
    isOnline: () => navigator.onLine,
  };
  const controller = new Controller(store, written, surroundings, settings);
  controller.subscribe(() => appearance.show(controller.state.settings));
  document.addEventListener("visibilitychange", () => {
    controller.show(document.visibilityState === "visible");
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) controller.wake();
  });
  window.addEventListener("online", () => controller.wake());
  window.addEventListener("offline", () => controller.networkLost());
  window.addEventListener("hashchange", () => {
    const later = takeFragment();
    if (later !== "") controller.pairings.pairWith(later);
  });
  window.addEventListener("beforeunload", (event) => {
    if (controller.terminal.inputs.characters > 0) event.preventDefault(); // the browser asks whether to stay
  });
  window.addEventListener("pagehide", () => noteUndelivered(controller.terminal.inputs.characters));
  controller.terminal.tellLost(takeUndelivered());
  const update = new AppUpdate(() => show());
  show = () => render(<Root controller={controller} appVersion={APP_VERSION} update={update} />, root);
  show();
  await controller.start(fragment);
  await update.follow();
}

void start();

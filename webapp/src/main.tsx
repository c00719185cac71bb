/** Puts the parts of the app together. */
import { render } from "preact";
import { AppUpdate } from "./app_update.ts";
import { Appearance } from "./appearance.ts";
import { Controller } from "./controller.ts";
import { noteUndelivered, takeUndelivered } from "./reload_note.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { Store } from "./store.ts";
import { missingSupport } from "./support.ts";
import { terminalFont } from "./terminal_font.ts";
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

async function start(): Promise<void> {
  const fragment = takeFragment();
  const root = document.getElementById("app");
  if (root === null) return;
  let show = (): void => undefined;
  const appearance = new Appearance(DEFAULT_SETTINGS, () => show());
  followViewport();
  replaceStyleElements(document);
  const missing = await missingSupport();
  if (missing !== null) {
    show = () => render(<UnsupportedScreen reason={missing} />, root);
    show();
    return;
  }
  let store: Store;
  try {
    store = await Store.open();
  } catch {
    show = () => render(<UnsupportedScreen reason="no_storage" />, root);
    show();
    return;
  }
  const settings = await store.settings();
  appearance.show(settings);
  await terminalFont.load();
  const surroundings = {
    relayOrigin: location.origin,
    client: crypto.getRandomValues(new Uint8Array(16)),
    app: `web ${APP_VERSION}`,
    isVisible: () => document.visibilityState === "visible",
    isOnline: () => navigator.onLine,
  };
  const controller = new Controller(store, surroundings, settings);
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
    if (later !== "") controller.pairWith(later);
  });
  window.addEventListener("beforeunload", (event) => {
    if (controller.inputs.characters > 0) event.preventDefault(); // the browser asks whether to stay
  });
  window.addEventListener("pagehide", () => noteUndelivered(controller.inputs.characters));
  controller.tellLost(takeUndelivered());
  const update = new AppUpdate(() => show());
  show = () => render(<Root controller={controller} appVersion={APP_VERSION} update={update} />, root);
  show();
  await controller.start(fragment);
  await update.follow();
}

void start();

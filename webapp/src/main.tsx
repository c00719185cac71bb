/** Puts the parts of the app together. */
import { render } from "preact";
import { Controller } from "./controller.ts";
import { Store } from "./store.ts";
import { missingSupport } from "./support.ts";
import { loadFont } from "./terminal_font.ts";
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
  followViewport();
  replaceStyleElements(document);
  const missing = await missingSupport();
  if (missing !== null) {
    render(<UnsupportedScreen reason={missing} />, root);
    return;
  }
  let store: Store;
  try {
    store = await Store.open();
  } catch {
    render(<UnsupportedScreen reason="no_storage" />, root);
    return;
  }
  await loadFont();
  const controller = new Controller(store, {
    relayOrigin: location.origin,
    client: crypto.getRandomValues(new Uint8Array(16)),
    app: `web ${APP_VERSION}`,
    isVisible: () => document.visibilityState === "visible",
    isOnline: () => navigator.onLine,
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") controller.wake();
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
  render(<Root controller={controller} />, root);
  await controller.start(fragment);
}

void start();

/** Tells the controller what becomes of the page: looked at or not, with or without a network, left. */
import type { Controller } from "./controller.ts";
import { noteUndelivered, takeUndelivered } from "./reload_note.ts";

/** Follow the page for as long as it lives. */
export function followPage(controller: Controller): void {
  const { inputs } = controller.terminal;
  document.addEventListener("visibilitychange", () => {
    controller.show(document.visibilityState === "visible");
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) controller.wake();
  });
  window.addEventListener("online", () => controller.wake());
  window.addEventListener("offline", () => controller.networkLost());
  window.addEventListener("beforeunload", (event) => {
    if (inputs.characters > 0) event.preventDefault(); // the browser asks whether to stay
  });
  window.addEventListener("pagehide", () => noteUndelivered(inputs.characters));
  controller.terminal.tellLost(takeUndelivered());
}

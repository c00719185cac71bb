/** The browser's history as a stack of the app's screens, each with its depth. */
import { type Route, routeFrom } from "./app.ts";

/** Return the screen that the browser's history is at. */
export function presentRoute(): Route {
  return routeFrom(history.state);
}

export function pushRoute(route: Route): void {
  history.pushState({ ...route, depth: historyDepth() + 1 }, "");
}

/** Put another screen in place of the present one. */
export function replaceRoute(route: Route): void {
  history.replaceState({ ...route, depth: historyDepth() }, "");
}

/** Return how many screens of this app lie below the present one. */
export function historyDepth(): number {
  const { depth } = (history.state ?? {}) as { depth?: unknown };
  return typeof depth === "number" ? depth : 0;
}

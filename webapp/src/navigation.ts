/** Going from screen to screen, in step with the browser's history. */
import { parentOf, type Route } from "./app.ts";
import type { AppModel } from "./app_model.ts";
import { historyDepth, presentRoute, pushRoute, replaceRoute } from "./history_routes.ts";

export class Navigation {
  readonly #model: AppModel;

  constructor(model: AppModel) {
    this.#model = model;
  }

  /** Follow the browser's own back and forward. */
  follow(): void {
    window.addEventListener("popstate", () => this.show(presentRoute()));
  }

  go(route: Route): void {
    if (route.screen === "terminal" && this.#model.state.route.screen === "terminal") {
      this.replace(route); // from one session to another: the way back is to the list
      return;
    }
    pushRoute(route);
    this.show(route);
  }

  /** Go up one screen: where the user came from, or after a reload what is above this one. */
  back(): void {
    if (historyDepth() > 0) {
      history.back();
      return;
    }
    this.replace(parentOf(this.#model.state.route));
  }

  /** Show another screen in place of the present one. */
  replace(route: Route): void {
    replaceRoute(route);
    this.show(route);
  }

  /** Show a screen that the browser's history does not hear of. */
  show(route: Route): void {
    this.#model.dispatch({ type: "went", route });
  }
}

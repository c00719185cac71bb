/** Puts the dashboard together: the login, the app's sessions over loopback, and the rooms beside them. */
import { render } from "preact";
import { AppUpdate } from "../app_update.ts";
import { Appearance } from "../appearance.ts";
import { Entrance } from "../entrance.ts";
import { replaceRoute } from "../history_routes.ts";
import { assemble } from "../machine_part.ts";
import type { SecureLinkEvents } from "../secure_link.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import { Store } from "../store.ts";
import { learn } from "../strings.ts";
import { terminalFont } from "../terminal_font.ts";
import { replaceStyleElements } from "../terminal_styles.ts";
import { followViewport } from "../viewport.ts";
import { DashboardApi, DashboardFailure, logIn } from "./api.ts";
import { Frame } from "./frame.tsx";
import { LoopbackLink } from "./loopback_link.ts";
import { type Outside, OutsideScreen } from "./outside.tsx";
import { DASHBOARD_WORDS, WITHOUT_RELAY } from "./strings_dashboard.ts";
import { THIS_MACHINE, thisMachine } from "./this_machine.ts";
import type { LoggedIn } from "./values.ts";
import "./dashboard.css";

declare const APP_VERSION: string;

/** Return the token behind `#`, and remove it from the address bar and the history. */
function takeToken(): string {
  const token = location.hash.slice(1);
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  return token;
}

class Page {
  readonly #root: HTMLElement;
  #show = (): void => undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    learn(DASHBOARD_WORDS);
    learn(WITHOUT_RELAY);
    const appearance = new Appearance(DEFAULT_SETTINGS, () => this.#show());
    appearance.show(DEFAULT_SETTINGS);
    // a link for a page that is open already: this page is left for a new login
    window.addEventListener("hashchange", () => location.reload());
  }

  async start(): Promise<void> {
    followViewport();
    replaceStyleElements(document);
    const token = takeToken();
    if (token === "") {
      this.#stayOutside("no_link");
      return;
    }
    let login: LoggedIn;
    try {
      login = await logIn(token);
    } catch (error) {
      const isOver = error instanceof DashboardFailure && error.code === "link_over";
      this.#stayOutside(isOver ? "link_over" : "unreachable");
      return;
    }
    let store: Store;
    try {
      store = await Store.open();
    } catch {
      this.#stayOutside("no_storage");
      return;
    }
    await terminalFont.load();
    await this.#enter(login, store);
  }

  async #enter(login: LoggedIn, store: Store): Promise<void> {
    const api = new DashboardApi(login.key, () => {
      controller.networkLost(); // and no further attempt
      this.#stayOutside("logged_out");
    });
    const surroundings = {
      relayOrigin: location.origin,
      client: crypto.getRandomValues(new Uint8Array(16)),
      app: `web ${APP_VERSION}`,
      isVisible: () => document.visibilityState === "visible",
      isOnline: () => true, // this machine is always there
      openLink: (events: SecureLinkEvents) => {
        const ended = (code: number): void => {
          events.ended(code);
          void api.phones().catch(() => undefined); // a socket does not say why: the answer may be that this login is over
        };
        return new LoopbackLink(location.origin, login.key, { ...events, ended });
      },
    };
    await store.save(await thisMachine(login));
    replaceRoute({ screen: "machine", deviceId: THIS_MACHINE });
    const entrance = new Entrance(store, surroundings, DEFAULT_SETTINGS, assemble);
    entrance.start(await store.machines(), "");
    const { controller } = await entrance.machinePart.fetch();
    document.addEventListener("visibilitychange", () => {
      controller.show(document.visibilityState === "visible");
    });
    const update = new AppUpdate(() => this.#show()); // never ready: the page is always the daemon's own
    const shared = { entrance, api, update, name: login.name, appVersion: APP_VERSION };
    this.#showing(() => render(<Frame {...shared} />, this.#root));
  }

  #stayOutside(why: Outside): void {
    this.#showing(() => render(<OutsideScreen why={why} />, this.#root));
  }

  #showing(show: () => void): void {
    this.#show = show;
    show();
  }
}

const root = document.getElementById("app");
if (root !== null) void new Page(root).start();

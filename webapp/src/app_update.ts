/** Installs the service worker, and finds out when the relay has a newer app than the one that runs. */

const SCRIPT = "/app/service_worker.js";
const SCOPE = "/app/";

export class AppUpdate {
  /** Whether a newer app waits for the user to say when. */
  isReady = false;
  readonly #changed: () => void;
  #registration: ServiceWorkerRegistration | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Install the worker; an app without one works all the same. */
  async follow(): Promise<void> {
    if (!("serviceWorker" in navigator)) return;
    try {
      this.#registration = await navigator.serviceWorker.register(SCRIPT, {
        scope: SCOPE,
        updateViaCache: "none",
      });
    } catch {
      await this.#removeIfGone();
      return;
    }
    const registration = this.#registration;
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing?.addEventListener("statechange", () => void this.#consider());
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.check();
    });
    await this.#consider();
  }

  /** Ask the relay whether there is a newer app. */
  async check(): Promise<void> {
    try {
      await this.#registration?.update();
    } catch {
      await this.#removeIfGone();
    }
  }

  /** Go over to the newer app. */
  apply(): void {
    this.#registration?.waiting?.postMessage("take_over");
    location.reload();
  }

  /** A worker that waits is news only if the page that runs is older: a page that was just loaded is the relay's. */
  async #consider(): Promise<void> {
    const waiting = this.#registration?.waiting;
    if (!waiting || this.isReady) return;
    const own = document.querySelector<HTMLScriptElement>("script[type=module]");
    try {
      const page = await (await fetch(SCOPE, { cache: "no-cache" })).text();
      if (own !== null && page.includes(new URL(own.src).pathname)) {
        waiting.postMessage("take_over");
        return;
      }
    } catch {
      return; // the next check finds out
    }
    this.isReady = true;
    this.#changed();
  }

  /** Take the worker and what it keeps away where the relay has none any more. */
  async #removeIfGone(): Promise<void> {
    const answer = await fetch(SCRIPT, { cache: "no-store" }).catch(() => null);
    if (answer?.status !== 404) return;
    const registration = await navigator.serviceWorker.getRegistration(SCOPE);
    await registration?.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  }
}

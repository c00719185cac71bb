/** The service worker: keeps the files of one build of the app, so that it opens without a network, and nothing else. */

/** Written by the build: a name that changes with any file, and the paths of the files. */
declare const SHELL_NAME: string;
declare const SHELL_FILES: readonly string[];

/** What of a service worker's surroundings is used; the types of pages and workers exclude each other. */
interface WaitingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface RequestEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Worker {
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: WaitingEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: "fetch", listener: (event: RequestEvent) => void): void;
}

const PAGE = "/app/";
/** A network that takes longer is as good as none: the page that is kept opens at once. */
const PAGE_TIMEOUT_MILLISECONDS = 2_500;
const worker = self as unknown as Worker;

/** Keep all files or none; those whose names carry a hash may come from the browser's cache. */
async function keepShell(): Promise<void> {
  const cache = await caches.open(SHELL_NAME);
  const requests = SHELL_FILES.map(
    (path) => new Request(path, { cache: path === PAGE ? "no-cache" : "default" }),
  );
  await cache.addAll(requests);
}

async function forgetOtherShells(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL_NAME).map((name) => caches.delete(name)));
}

/** The relay's page wherever it answers, whatever it answers, so that an old page never stands in its way. */
async function page(request: Request): Promise<Response> {
  const kept = await caches.match(PAGE, { cacheName: SHELL_NAME });
  if (kept === undefined) return fetch(request);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PAGE_TIMEOUT_MILLISECONDS);
  try {
    // the browser's own request: a redirect, to a login for example, is for the browser to follow
    return await fetch(request, { signal: patience.signal });
  } catch {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: SHELL_NAME })) ?? fetch(request);
}

worker.addEventListener("install", (event) => event.waitUntil(keepShell()));
worker.addEventListener("activate", (event) => event.waitUntil(forgetOtherShells()));
worker.addEventListener("message", ({ data }) => {
  if (data === "take_over") void worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (pathname === PAGE && mode === "navigate") event.respondWith(page(event.request));
  else if (pathname !== PAGE && SHELL_FILES.includes(pathname)) event.respondWith(file(event.request));
});

export {};

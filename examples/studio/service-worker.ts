/**
 * Keeps the studio for times without a network.
 *
 * The rule: while there is a network it is asked first, always, so that no visitor ever sees an old build or weights that have
 * been replaced. What is kept is only for when it does not answer. The page and its scripts are kept whole by the build that
 * this worker belongs to, or not at all; weights and other large files once somebody has fetched them. Each file is kept under
 * the hash of its content that the build wrote into `SITE`: what a server sends of another build is never taken for this one's,
 * and a new build fetches only what has changed. A new worker begins at once, and removes what its build does not know.
 */

type Hashes = Readonly<Record<string, string>>;

/** Written in front of this script by the build: hashes of contents by paths from the page's folder. */
interface Site {
  /** Without these there is no page. */
  readonly first: Hashes;
  /** Kept when they have been fetched. */
  readonly later: Hashes;
}

interface LastingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends LastingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface WorkerScope {
  readonly SITE: Site;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener<K extends keyof WorkerEvents>(type: K, hear: (event: WorkerEvents[K]) => void): void;
}

interface WorkerEvents {
  install: LastingEvent;
  activate: LastingEvent;
  message: LastingEvent & { readonly data: unknown };
  fetch: FetchEvent;
}

const worker = globalThis as unknown as WorkerScope;
const { first, later } = worker.SITE;
const hashes: Hashes = { ...first, ...later };
const { scope } = worker.registration;

const opened = () => caches.open(`ganvas ${scope}`);
const keyOf = (path: string): string => `${new URL(path, scope)}?content=${hashes[path]}`;

/** Keeps an answer, if it is what the build had under this path. */
async function keep(path: string, response: Response): Promise<boolean> {
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hash = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || hash !== hashes[path]) return false;
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  // A new answer: one that a server has redirected may not be given for a page.
  await (await opened()).put(keyOf(path), new Response(bytes, { headers: { "content-type": type } }));
  return true;
}

async function obtain(path: string): Promise<boolean> {
  if (await (await opened()).match(keyOf(path))) return true;
  return keep(path, await fetch(new URL(path, scope), { cache: "no-cache" }));
}

async function obtainFirst(): Promise<void> {
  const paths = Object.keys(first);
  const kept = await Promise.all(paths.map(obtain));
  const missing = paths.filter((_, k) => !kept[k]);
  // A server in the middle of an update: the browser tries again at the next visit.
  if (missing.length > 0) throw new Error(`not as this build wrote them: ${missing.join(", ")}`);
}

async function removeOthers(): Promise<void> {
  const cache = await opened();
  const own = new Set(Object.keys(hashes).map(keyOf));
  const others = (await cache.keys()).filter(({ url }) => !own.has(url));
  await Promise.all(others.map((request) => cache.delete(request)));
}

/** The path of a request within the site; undefined for what is none of its files. */
function pathOf({ method, url }: Request): string | undefined {
  const [address = ""] = url.split(/[?#]/, 1);
  if (method !== "GET" || !address.startsWith(scope)) return undefined;
  const path = decodeURIComponent(address.slice(scope.length)) || "index.html";
  return Object.hasOwn(hashes, path) ? path : undefined;
}

async function answer(event: FetchEvent, path: string): Promise<Response> {
  try {
    const response = await fetch(event.request);
    if (Object.hasOwn(later, path) && response.ok) event.waitUntil(keep(path, response.clone()));
    return response;
  } catch (error) {
    const kept = await (await opened()).match(keyOf(path));
    if (kept) return kept;
    throw error;
  }
}

worker.addEventListener("install", (event) =>
  event.waitUntil(obtainFirst().then(() => worker.skipWaiting())),
);
worker.addEventListener("activate", (event) =>
  event.waitUntil(removeOthers().then(() => worker.clients.claim())),
);
worker.addEventListener("message", (event) => {
  const path = String(event.data);
  if (Object.hasOwn(later, path)) event.waitUntil(obtain(path));
});
worker.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== undefined) event.respondWith(answer(event, path));
});

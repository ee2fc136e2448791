/**
 * Prefetching in a page's worker. The worker's script calls `serveInPage`; the build makes a bundle of it, and the page starts it:
 * `new Worker(new URL("./batch-worker.js", import.meta.url), { type: "module" })`.
 */
import { GanvasError } from "../errors.ts";
import {
  type OpenSource,
  Prefetcher,
  type PrefetchReply,
  type PrefetchRequest,
  serveBatches,
} from "./prefetch.ts";

/** The worker's end: answers the page's requests. */
export function serveInPage<Opening>(open: OpenSource<Opening>): void {
  serveBatches<Opening>(
    {
      post: (reply, transfer) => globalThis.postMessage(reply, { transfer }),
      listen(onRequest) {
        globalThis.addEventListener("message", (event: MessageEvent<PrefetchRequest<Opening>>) => {
          onRequest(event.data);
        });
      },
    },
    open,
  );
}

/**
 * Lets `worker` make batches ahead of time. `opening` is copied to it. Close the prefetcher when done; that ends the worker.
 *
 * @param depth batches kept ready beyond the one asked for
 */
export function prefetchInPage<Opening>(
  opening: Opening,
  worker: Worker,
  depth?: number,
  onDamaged?: (message: string) => void,
): Prefetcher<Opening> {
  return new Prefetcher(
    {
      post: (request) => worker.postMessage(request),
      listen(onReply, onDeath) {
        worker.addEventListener("message", (event: MessageEvent<PrefetchReply>) => onReply(event.data));
        worker.addEventListener("error", (event) => {
          onDeath(
            new GanvasError(
              `the worker that makes batches failed: ${event.message || "its script did not load"}`,
            ),
          );
        });
      },
      // A page lives as long as its tab, whoever waits.
      hold: () => {},
      terminate: async () => worker.terminate(),
    },
    opening,
    depth,
    onDamaged,
  );
}

/**
 * Prefetching in a page's worker. The build makes a bundle of `prefetch-worker-browser.ts`, and the page starts it:
 * `new Worker(new URL("./prefetch-worker.js", import.meta.url), { type: "module" })`.
 */
import { GanvasError } from "../errors.ts";
import type { Image } from "../io/image.ts";
import type { PatchOptions } from "./patches.ts";
import { Prefetcher, type PrefetchReply } from "./prefetch.ts";

/**
 * Lets `worker` make the same batches as `new PatchSource(images, options)` would, ahead of time.
 * The images are copied to the worker. Close the prefetcher when done; that ends the worker.
 *
 * @param depth batches kept ready beyond the one asked for
 */
export function prefetchInPage(
  images: readonly Image[],
  options: PatchOptions,
  worker: Worker,
  depth?: number,
): Prefetcher<readonly Image[]> {
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
    images,
    options,
    depth,
  );
}

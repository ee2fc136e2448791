/** Entry of the worker bundle for pages: makes training batches. */
import type { Image } from "../io/image.ts";
import { type PrefetchRequest, serveBatches } from "./prefetch.ts";

serveBatches<readonly Image[]>(
  {
    post: (reply, transfer) => globalThis.postMessage(reply, { transfer }),
    listen(onRequest) {
      globalThis.addEventListener("message", (event: MessageEvent<PrefetchRequest<readonly Image[]>>) => {
        onRequest(event.data);
      });
    },
  },
  (images) => images,
);

/**
 * Prefetching in a Node worker thread.
 *
 * A worker is started from a script, and a build has to provide one. Either way works:
 * - a second bundle whose entry calls `servePrefetch`, its address given as `worker`;
 * - the program's own bundle, which then begins with `if (!servePrefetch(open)) main()` and gives
 *   `new URL(import.meta.url)`: the thread that is started from it serves batches instead of running the program.
 * `sharp` stays outside the bundle, as everywhere.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { GanvasError } from "../errors.ts";
import {
  type OpenSource,
  Prefetcher,
  type PrefetchReply,
  type PrefetchRequest,
  serveBatches,
  type WorkerHandle,
} from "./prefetch.ts";

const ROLE = "ganvas-prefetch";

/** Did {@link prefetchInNode} start this thread? If so, begins to serve batches. */
export function servePrefetch<Opening>(open: OpenSource<Opening>): boolean {
  const port = parentPort;
  if (isMainThread || !port || workerData !== ROLE) return false;
  serveBatches<Opening>(
    {
      post: (reply, transfer) => port.postMessage(reply, transfer),
      listen: (onRequest) => port.on("message", (request: PrefetchRequest<Opening>) => onRequest(request)),
    },
    open,
  );
  return true;
}

function startWorker<Opening>(script: string | URL): WorkerHandle<Opening> {
  const worker = new Worker(script, { workerData: ROLE });
  return {
    post: (request) => worker.postMessage(request),
    listen(onReply, onDeath) {
      worker.on("message", (reply: PrefetchReply) => onReply(reply));
      worker.on("error", (error) =>
        onDeath(new GanvasError(`the worker that makes batches failed: ${error.message}`)),
      );
      worker.on("exit", (code) =>
        onDeath(new GanvasError(`the worker that makes batches ended with code ${code}`)),
      );
    },
    hold: (waiting) => (waiting ? worker.ref() : worker.unref()),
    async terminate() {
      await worker.terminate();
    },
  };
}

export interface PrefetchOptions {
  /** The script of the worker: see the top of this file. */
  readonly worker: string | URL;
  /** Batches kept ready beyond the one asked for. Default 3. */
  readonly depth?: number;
  /** Told once of every item that cannot be used, with the reason. */
  readonly onDamaged?: (message: string) => void;
}

/** Starts a worker that makes batches ahead of time. Close it when done. Errors of the worker come out of `batch`. */
export function prefetchInNode<Opening>(
  opening: Opening,
  { worker, depth, onDamaged }: PrefetchOptions,
): Prefetcher<Opening> {
  return new Prefetcher(startWorker<Opening>(worker), opening, depth, onDamaged);
}

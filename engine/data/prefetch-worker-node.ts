/** Entry of the worker bundle for Node: makes training batches. */
import { runPrefetchWorker } from "./prefetch-node.ts";

runPrefetchWorker();

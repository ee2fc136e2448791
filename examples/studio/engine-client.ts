/** Finds where the engine can run (a worker, or else the page's own thread) and makes calls to it. */
import type { Connection } from "./engine-bridge.ts";
import type {
  CallEngine,
  CallName,
  CallOptions,
  EngineCalls,
  EngineReply,
  EngineRequest,
} from "./engine-calls.ts";

/** An engine with an open GPU. */
export interface Engine {
  readonly call: CallEngine;
  readonly connection: Connection;
  readonly runsIn: "worker" | "page";
}

/**
 * Opens the GPU in a worker. Where a browser offers WebGPU to pages only, the engine runs on the page's thread, which it
 * leaves free between tiles.
 *
 * @throws the error of the last attempt, where no GPU can be opened
 */
export async function startEngine(): Promise<Engine> {
  try {
    const call = callWorker();
    return { call, connection: await call("connect", []), runsIn: "worker" };
  } catch {
    const { engineCall: call } = await import("./engine-bridge.ts");
    return { call, connection: await call("connect", []), runsIn: "page" };
  }
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((value: unknown) => void) | undefined;
}

/** Starts the worker. After a failure of the GPU the next call starts a fresh one. */
function callWorker(): CallEngine {
  let worker: Worker | undefined;
  let lastId = 0;
  const pending = new Map<number, Pending>();

  const stop = (error: Error) => {
    worker?.terminate();
    worker = undefined;
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };

  const receive = (reply: EngineReply) => {
    const call = pending.get(reply.id);
    if (call === undefined) return;
    if (reply.kind === "progress") {
      call.onProgress?.(reply.value);
      return;
    }
    pending.delete(reply.id);
    if (reply.kind === "result") {
      call.resolve(reply.value);
      return;
    }
    const error = Object.assign(new Error(reply.message), { name: reply.name });
    call.reject(error);
    if (reply.name === "DeviceError") stop(error);
  };

  const start = () => {
    const started = new Worker(new URL("./engine-worker.js", import.meta.url), {
      type: "module",
      name: "ganvas engine",
    });
    started.addEventListener("message", (event: MessageEvent<EngineReply>) => receive(event.data));
    started.addEventListener("error", (event) => {
      event.preventDefault();
      stop(new Error(event.message || "the engine's worker could not be loaded"));
    });
    return started;
  };

  return <K extends CallName>(name: K, args: EngineCalls[K]["args"], options: CallOptions<K> = {}) => {
    const { onProgress, signal } = options;
    const result = new Promise<unknown>((resolve, reject) => {
      signal?.throwIfAborted();
      worker ??= start();
      const running = worker;
      lastId += 1;
      const id = lastId;
      const send = (request: EngineRequest) => running.postMessage(request);
      // The page need not wait for the tile that is being computed; the worker stops after it.
      const abort = () => {
        send({ id, name: "abort" });
        pending.delete(id);
        reject(abortError());
      };
      signal?.addEventListener("abort", abort, { once: true });
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          signal?.removeEventListener("abort", abort);
          settle(value);
        };
      };
      pending.set(id, {
        resolve: settled(resolve),
        reject: settled(reject),
        onProgress: onProgress as ((value: unknown) => void) | undefined,
      });
      send({ id, name, args } as EngineRequest);
    });
    return result as Promise<EngineCalls[K]["result"]>;
  };
}

function abortError(): DOMException {
  return new DOMException("cancelled", "AbortError");
}

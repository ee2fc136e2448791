/** The engine in a worker: calls become messages, and a worker that has failed or is stuck is replaced. */
import type {
  CallEngine,
  CallName,
  CallOptions,
  EngineCalls,
  EngineReply,
  EngineRequest,
} from "./engine-calls.ts";

/**
 * Milliseconds that an aborted call may go on before its worker is replaced: on a software adapter one tile may take
 * minutes, and nobody wants its result any more.
 */
const PATIENCE = 1500;

interface Pending {
  readonly request: EngineRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((value: unknown) => void) | undefined;
}

/** Calls an engine in a worker, which is started by the first call. */
export class RemoteEngine {
  #worker: Worker | undefined;
  #lastId = 0;
  readonly #pending = new Map<number, Pending>();
  /** Aborted calls from which the worker has not yet returned. */
  readonly #aborted = new Set<number>();

  readonly call: CallEngine = async (name, args, options = {}) => {
    const { signal } = options;
    signal?.throwIfAborted();
    this.#lastId += 1;
    const id = this.#lastId;
    const abort = () => this.#abort(id);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await this.#send(id, name, args, options);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  };

  #send<K extends CallName>(
    id: number,
    name: K,
    args: EngineCalls[K]["args"],
    options: CallOptions<K>,
  ): Promise<EngineCalls[K]["result"]> {
    const request = { id, name, args } as EngineRequest;
    const onProgress = options.onProgress as ((value: unknown) => void) | undefined;
    const result = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { request, resolve, reject, onProgress });
      this.#worker ??= this.#start();
      this.#worker.postMessage(request);
    });
    return result as Promise<EngineCalls[K]["result"]>;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./engine-worker.js", import.meta.url), {
      type: "module",
      name: "ganvas engine",
    });
    worker.addEventListener("message", (event: MessageEvent<EngineReply>) => this.#receive(event.data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message || "the engine's worker could not be loaded"));
    });
    return worker;
  }

  #receive(reply: EngineReply): void {
    if (reply.kind !== "progress") this.#aborted.delete(reply.id);
    const call = this.#pending.get(reply.id);
    if (call === undefined) return;
    if (reply.kind === "progress") {
      call.onProgress?.(reply.value);
      return;
    }
    this.#pending.delete(reply.id);
    if (reply.kind === "result") {
      call.resolve(reply.value);
      return;
    }
    const error = Object.assign(new Error(reply.message), { name: reply.name });
    call.reject(error);
    // A lost GPU does not come back to the device that lost it.
    if (reply.name === "DeviceError") this.#fail(error);
  }

  /** Rejects the call at once; the worker stops after what it is computing. */
  #abort(id: number): void {
    const call = this.#pending.get(id);
    if (call === undefined) return;
    this.#pending.delete(id);
    this.#aborted.add(id);
    this.#worker?.postMessage({ id, name: "abort" } satisfies EngineRequest);
    call.reject(new DOMException("cancelled", "AbortError"));
    setTimeout(() => {
      if (this.#aborted.has(id)) this.#replace();
    }, PATIENCE);
  }

  /** Starts a fresh worker and gives it what was still to be done; no call depends on an earlier one. */
  #replace(): void {
    this.#worker?.terminate();
    this.#aborted.clear();
    this.#worker = this.#start();
    for (const { request } of this.#pending.values()) this.#worker.postMessage(request);
  }

  /** Ends the worker and all its calls; the next call starts a fresh one. */
  #fail(error: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#aborted.clear();
    for (const call of this.#pending.values()) call.reject(error);
    this.#pending.clear();
  }
}

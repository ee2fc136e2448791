/**
 * Batches made ahead of time by a worker. The same protocol serves Node's worker threads and a page's workers; since
 * batch k is a function of (seed, k), the sequence is the same as without.
 */
import { DeviceError, FormatError, GanvasError, InputError, ShapeError } from "../errors.ts";
import type { Batch, BatchSource } from "./batch.ts";

/** From the loop to its worker. `Opening` says what the batches are made of and how; it must survive structured cloning. */
export type PrefetchRequest<Opening> =
  | { readonly type: "open"; readonly opening: Opening }
  | { readonly type: "batch"; readonly index: number };

/** From the worker to its loop. A failure without an index (the source cannot be opened) concerns every batch. */
export type PrefetchReply =
  | { readonly type: "batch"; readonly batch: Batch }
  /** An image turned out to be damaged and another took its place. */
  | { readonly type: "damaged"; readonly message: string }
  | { readonly type: "failed"; readonly index?: number; readonly name: string; readonly message: string };

/** The loop's end of a worker. */
export interface WorkerHandle<Opening> {
  post(request: PrefetchRequest<Opening>): void;
  /** Called once, before the first post. `onDeath` is told if the worker ends by itself. */
  listen(onReply: (reply: PrefetchReply) => void, onDeath: (error: Error) => void): void;
  /** Whether somebody waits for the worker; where not, it need not keep the process alive. */
  hold(waiting: boolean): void;
  terminate(): Promise<void>;
}

/** The worker's end. */
export interface LoopHandle<Opening> {
  post(reply: PrefetchReply, transfer: ArrayBuffer[]): void;
  listen(onRequest: (request: PrefetchRequest<Opening>) => void): void;
}

const ERRORS = { GanvasError, ShapeError, InputError, FormatError, DeviceError };

/** An error as it was in the worker, of the same class if it is one of ours. */
function revive(name: string, message: string): Error {
  return name in ERRORS ? new ERRORS[name as keyof typeof ERRORS](message) : new Error(`${name}: ${message}`);
}

/** What a worker makes batches of. @param onDamaged told what is wrong with an item that is left out */
export type OpenSource<Opening> = (
  opening: Opening,
  onDamaged: (message: string) => void,
) => BatchSource | Promise<BatchSource>;

/** Answers the requests of one loop; runs in the worker. */
export function serveBatches<Opening>(loop: LoopHandle<Opening>, open: OpenSource<Opening>): void {
  let source: Promise<BatchSource> | undefined;
  const answer = async (request: PrefetchRequest<Opening>): Promise<void> => {
    if (request.type === "open") {
      const onDamaged = (message: string) => loop.post({ type: "damaged", message }, []);
      source = (async () => open(request.opening, onDamaged))();
      await source;
    } else if (source) {
      const batch = await (await source).batch(request.index);
      loop.post(
        { type: "batch", batch },
        Object.values(batch.fields).map(({ data }) => data.buffer),
      );
    }
  };
  loop.listen((request) => {
    answer(request).catch((error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const about = request.type === "batch" ? { index: request.index } : {};
      loop.post({ type: "failed", ...about, name, message }, []);
    });
  });
}

interface Pending {
  readonly promise: Promise<Batch>;
  readonly resolve: (batch: Batch) => void;
  readonly reject: (error: Error) => void;
  /** Calls that wait for it. */
  waiting: number;
}

function newPending(): Pending {
  let resolve: Pending["resolve"] = () => {};
  let reject: Pending["reject"] = () => {};
  const promise = new Promise<Batch>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // A batch made ahead may fail before anybody asks for it; whoever asks gets the rejection.
  promise.catch(() => {});
  return { promise, resolve, reject, waiting: 0 };
}

/** A source of batches that keeps the next few ready. */
export class Prefetcher<Opening> implements BatchSource {
  readonly #worker: WorkerHandle<Opening>;
  readonly #depth: number;
  readonly #pending = new Map<number, Pending>();
  #failure: Error | undefined;
  #waiting = 0;

  /**
   * @param depth batches kept ready beyond the one asked for; each takes the memory of a batch
   * @param onDamaged told once of every image that cannot be used, with the reason
   */
  constructor(
    worker: WorkerHandle<Opening>,
    opening: Opening,
    depth = 3,
    onDamaged: (message: string) => void = () => {},
  ) {
    this.#worker = worker;
    this.#depth = depth;
    worker.listen(
      (reply) => (reply.type === "damaged" ? onDamaged(reply.message) : this.#receive(reply)),
      (error) => this.#fail(error),
    );
    worker.hold(false);
    worker.post({ type: "open", opening });
  }

  /**
   * Batch `index`. The ones that follow it are ordered at the same time, those before it are let go unless somebody waits for them.
   * @throws whatever the worker threw; GanvasError after `close` or if the worker died
   */
  async batch(index: number): Promise<Batch> {
    if (this.#failure) throw this.#failure;
    for (const [known, { waiting }] of this.#pending)
      if (waiting === 0 && (known < index || known > index + this.#depth)) this.#pending.delete(known);
    const wanted = this.#order(index);
    for (let k = 1; k <= this.#depth; k++) this.#order(index + k);
    wanted.waiting++;
    if (++this.#waiting === 1) this.#worker.hold(true);
    try {
      return await wanted.promise;
    } finally {
      wanted.waiting--;
      if (--this.#waiting === 0) this.#worker.hold(false);
    }
  }

  /** Batch `k`, asked of the worker unless it has been already. */
  #order(k: number): Pending {
    let pending = this.#pending.get(k);
    if (!pending) {
      pending = newPending();
      this.#pending.set(k, pending);
      this.#worker.post({ type: "batch", index: k });
    }
    return pending;
  }

  #receive(reply: Exclude<PrefetchReply, { type: "damaged" }>): void {
    if (reply.type === "batch") {
      this.#pending.get(reply.batch.index)?.resolve(reply.batch);
      return;
    }
    const error = revive(reply.name, reply.message);
    if (reply.index === undefined) {
      this.#fail(error);
      return;
    }
    this.#pending.get(reply.index)?.reject(error);
    this.#pending.delete(reply.index);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }

  async close(): Promise<void> {
    this.#fail(new GanvasError("the source of training batches has been closed"));
    await this.#worker.terminate();
  }
}

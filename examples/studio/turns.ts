/** Work that must not overlap, such as a profile and anything else on the GPU, takes turns in the order in which it came. */

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does `work` when all that came before is done. Aborted while it waits, it is not begun.
   * @throws the signal's reason, or what `work` throws
   */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    let end = () => {};
    this.#last = new Promise<void>((resolve) => {
      end = resolve;
    });
    try {
      await Promise.race([before, aborted(signal)]);
      signal?.throwIfAborted();
      return await work();
    } finally {
      // Whoever gave up waiting must not let the next one begin too early.
      void before.then(end);
    }
  }
}

const aborted = (signal: AbortSignal | undefined): Promise<unknown> =>
  new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));

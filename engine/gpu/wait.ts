/** Waiting for the GPU without taking a core from it. */

const cell = typeof SharedArrayBuffer === "undefined" ? undefined : new Int32Array(new SharedArrayBuffer(4));

/**
 * The promise's result. Dawn in Node polls without a pause while one of its promises is open, which takes a whole core
 * from a driver that runs on the CPU; `polite` sleeps half a millisecond between polls instead.
 */
export async function settled<T>(promise: Promise<T>, polite: boolean): Promise<T> {
  if (!polite || !cell) return promise;
  let open = true;
  const close = () => {
    open = false;
  };
  promise.then(close, close);
  await Promise.resolve();
  while (open) {
    Atomics.wait(cell, 0, 0, 0.5);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}

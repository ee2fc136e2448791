/** A small job that uses all of the engine: two updates, a value kept, several read. */
import { runtime } from "../../engine/graph/runtime.ts";
import { flush, grad, Parameter, SGD, sum, tensor } from "../../engine/index.ts";

/** @returns the numbers that come of it, always the same */
export async function job(): Promise<readonly number[]> {
  const p = new Parameter("weight", [3], [1, 2, 3]);
  const sgd = new SGD([p], { lr: 0.25, momentum: 0.5 });
  const x = tensor(Float32Array.from({ length: 600 }, (_, k) => (k % 3) / 200)).reshape([200, 3]);
  const kept = x.mul(2).keep();
  let loss = sum(p);
  for (let step = 0; step < 2; step++) {
    loss = kept.mul(p).square().sum();
    sgd.step(grad(loss, [p]));
    flush();
  }
  const numbers = [...(await p.data()), await loss.item(), await kept.sum().item()];
  kept.dispose();
  return numbers;
}

/** The device of the open engine. */
export const deviceInUse = async (): Promise<GPUDevice> =>
  ((await runtime.gpu()) as unknown as { device: GPUDevice }).device;

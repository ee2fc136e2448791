// @ts-nocheck the library is installed in a cache folder, where no types are looked for
// webgpu-torch. Its conv2d ignores padding, so the image comes padded; it has no gradient for conv2d, and no batch norm.
import { filling, opened, serve } from "./harness.ts";
import torch from "webgpu-torch";

await torch.initWebGPUAsync();

/** Version 0.3.5 takes numbers in nested arrays only. */
function nested(data, shape, offset = 0) {
  if (shape.length === 1) return Array.from(data.subarray(offset, offset + shape[0]));
  const step = shape.slice(1).reduce((a, b) => a * b, 1);
  return Array.from({ length: shape[0] }, (_, k) => nested(data, shape.slice(1), offset + k * step));
}
const tensor = (shape, scale) => torch.tensor(nested(filling(shape, scale), shape));
const computing = (make) => async () => {
  void make().storage;
  await opened.device.queue.onSubmittedWorkDone();
};

await serve({
  "matmul-512": async () => {
    const [a, b] = [tensor([512, 512]), tensor([512, 512])];
    return computing(() => a.mm(b));
  },
  "matmul-1024": async () => {
    const [a, b] = [tensor([1024, 1024]), tensor([1024, 1024])];
    return computing(() => a.mm(b));
  },
  conv3: async () => {
    const [x, w] = [tensor([1, 64, 66, 66]), tensor([64, 64, 3, 3], 0.1)];
    return computing(() => torch.conv2d(x, w));
  },
  "adds-1000": async () => {
    const [a, b] = [tensor([16]), tensor([16])];
    return computing(() => {
      let x = a;
      for (let k = 0; k < 1000; k++) x = x.add(b);
      return x;
    });
  },
});

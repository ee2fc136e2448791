/** What DCGAN's networks compute against loops in float64. */
import { expect, test } from "vitest";
import { type Module, type Tensor, tensor } from "../../../engine/index.ts";
import { fillNormal } from "../../../engine/random.ts";
import { DcganDiscriminator, DcganGenerator } from "../../../models/dcgan/networks.ts";
import type { Numbers, RefTensor } from "../../reference/array.ts";
import { evaluate } from "../../reference/differentiate.ts";
import { reference as k } from "../../reference.ts";

/** All trained weights as the loops take them, in their order. */
const weightsOf = (net: Module): Promise<Numbers[]> =>
  Promise.all(
    [...net.parameters().values()].map(async (weight) => ({
      shape: weight.shape,
      data: await weight.data(),
    })),
  );

async function expectClose(got: Tensor, want: Numbers | undefined): Promise<void> {
  expect(want?.shape).toEqual(got.shape);
  const values = await got.data();
  // Far from all alike, or nothing is shown.
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(1e-3);
  for (const [at, value] of values.entries()) expect(value).toBeCloseTo(want?.data[at] as number, 4);
}

test("generator of 28 pixels", async () => {
  const net = new DcganGenerator({ side: 28, channels: 2, width: 2, latentDim: 3, seed: 5 }).train();
  const z = fillNormal(new Float32Array(9), 1, 1);
  const [want] = evaluate(
    (x, w0, gamma1, beta1, w3, gamma4, beta4, w6) => {
      const norm = (y: RefTensor, gamma: RefTensor, beta: RefTensor) => k.relu(k.batchNorm(y, gamma, beta));
      const h = norm(k.convTranspose2d(x, w0), gamma1, beta1);
      const up = norm(k.convTranspose2d(h, w3, { stride: 2, padding: 1 }), gamma4, beta4);
      return k.tanh(k.convTranspose2d(up, w6, { stride: 2, padding: 1 }));
    },
    [{ shape: [3, 1, 1, 3], data: z }, ...(await weightsOf(net))],
  );
  await expectClose(net.forward(tensor(z, [3, 3])), want);
});

test("discriminator of 28 pixels without a norm, which has biases", async () => {
  const net = new DcganDiscriminator({ side: 28, channels: 1, width: 2, norm: "none", seed: 5 }).train();
  const x = fillNormal(new Float32Array(2 * 28 * 28), 1, 2);
  const [want] = evaluate(
    (image, w0, b0, w2, b2, w4, b4) => {
      const down = (y: RefTensor, w: RefTensor, b: RefTensor) =>
        k.leakyRelu(k.add(k.conv2d(y, w, { stride: 2, padding: 1 }), b), 0.2);
      return k.reshape(k.add(k.conv2d(down(down(image, w0, b0), w2, b2), w4), b4), [2]);
    },
    [{ shape: [2, 28, 28, 1], data: x }, ...(await weightsOf(net))],
  );
  await expectClose(net.forward(tensor(x, [2, 28, 28, 1])), want);
});

/** SRGAN's discriminator with spectral normalisation against its definition in float64. */
import { expect, test } from "vitest";
import { idle, tensor, type Tensor } from "../../../engine/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { SRGANDiscriminator } from "../../../models/super-resolution/srgan-discriminator.ts";
import { reference as k } from "../../reference.ts";
import { type Numbers, variables } from "../../reference/array.ts";
import type { RefTensor } from "../../reference/array.ts";
import { evaluate } from "../../reference/differentiate.ts";

const numbers = async (x: Tensor): Promise<Numbers> => ({ shape: x.shape, data: await x.data() });

/** W / σ with σ = uᵀ W v, u and v [out] and [in kh kw] in the order of files, W [kh, kw, in, out]. */
function divided(weight: Numbers, u: Numbers, v: Numbers): RefTensor {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = weight.shape;
  let sigma = 0;
  for (let y = 0; y < kh; y++)
    for (let x = 0; x < kw; x++)
      for (let i = 0; i < inputs; i++)
        for (let o = 0; o < outputs; o++) {
          const w = weight.data[((y * kw + x) * inputs + i) * outputs + o] as number;
          sigma += (u.data[o] as number) * w * (v.data[(i * kh + y) * kw + x] as number);
        }
  return k.div(variables(weight), sigma);
}

test.each([
  ["gap", 2],
  ["patch", 4],
] as const)(
  "%s: every layer computes with its weight over its largest singular value",
  async (head, answers) => {
    const net = new SRGANDiscriminator({ width: 2, hidden: 4, head, norm: "spectral", seed: 4 });
    expect([...net.parameters().keys()].filter((name) => name.startsWith("bn"))).toEqual([]);
    const image = tensor(fillUniform(new Float32Array(2 * 32 * 16 * 3), 6, 0, -1, 1), [2, 32, 16, 3]).keep();
    const start = await numbers(net.weights().get("conv.1.weight_u") as Tensor);
    // A pass in training moves the vectors; they then stay where they are.
    net.train().forward(image);
    await idle();
    expect((await numbers(net.weights().get("conv.1.weight_u") as Tensor)).data).not.toEqual(start.data);
    net.eval();

    const weights = new Map<string, Numbers>();
    for (const [name, weight] of net.weights()) weights.set(name, await numbers(weight));
    const of = (name: string) => weights.get(name) as Numbers;
    const layer = (name: string, x: RefTensor, stride: number, padding: number) =>
      k.add(
        k.conv2d(x, divided(of(`${name}.weight_orig`), of(`${name}.weight_u`), of(`${name}.weight_v`)), {
          stride,
          padding,
        }),
        variables(of(`${name}.bias`)),
      );
    const [want] = evaluate(
      (given) => {
        let x = given;
        for (let n = 0; n < 8; n++) x = k.leakyRelu(layer(`conv.${n}`, x, 1 + (n % 2), 1), 0.2);
        if (head === "gap") x = k.mean(x, [1, 2], { keepDims: true });
        x = k.leakyRelu(layer("fc1", x, 1, 0), 0.2);
        return k.reshape(layer("fc2", x, 1, 0), [answers]);
      },
      [await numbers(image)],
    );
    const got = await numbers(net.forward(image));
    expect(got.shape).toEqual(want?.shape);
    Array.from(want?.data ?? []).forEach((value, i) => {
      expect(Math.abs((got.data[i] as number) - value)).toBeLessThan(1e-5 * Math.abs(value) + 1e-7);
    });
  },
);

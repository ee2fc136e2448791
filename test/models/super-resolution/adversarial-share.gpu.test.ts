/** The adversarial loss held to a share of the content's gradient. */
import { describe, expect, test } from "vitest";
import { mean, mul, Parameter, tensor, type Tensor, grad } from "../../../engine/index.ts";
import { type GeneratorLossOptions, generatorLoss } from "../../../models/super-resolution/srgan-step.ts";

const SHAPE = [1, 2, 2, 3];
const made = [0.5, -0.25, 0.75, 0, 0.125, -0.5, 0.3, 0.2, -0.1, 0.9, -0.8, 0.4];
const wanted = made.map((x, i) => x + 0.1 * (i % 3) - 0.05);

/** The weight that the loss took, with a judge whose logit is `steepness` times the mean. */
async function weightOf(steepness: number, options: Partial<GeneratorLossOptions>): Promise<number> {
  const sr = new Parameter("sr", SHAPE, new Float32Array(made));
  const logits = mul(mean(sr, [1, 2, 3]), steepness);
  const loss = generatorLoss(sr, tensor(new Float32Array(wanted), SHAPE), logits, {
    content: { kind: "mse", weight: 1 },
    adversarialWeight: 1,
    tvWeight: 0,
    ...options,
  });
  const [total, content, adversarial] = (await Promise.all(
    [loss.total, loss.content, loss.adversarial].map((x) => x.item()),
  )) as [number, number, number];
  // The gradient that trains is the weighted sum, and takes the weight for a number.
  const weight = (total - content) / adversarial;
  const [all, parts] = [
    grad(loss.total, [sr])[0],
    [loss.content, loss.adversarial].map((x) => grad(x, [sr])[0]),
  ];
  const [whole, c, a] = await Promise.all([all, ...parts].map((x) => (x as Tensor).data()));
  const atImages = await loss.atImages?.data();
  expect(atImages === undefined).toBe(options.adversarialShare === undefined);
  for (const [i, g] of (whole as Float32Array).entries()) {
    expect(g).toBeCloseTo((c?.[i] as number) + weight * (a?.[i] as number), 6);
    if (atImages) expect(atImages[i]).toBeCloseTo(g, 6);
  }
  return weight;
}

/** Lengths of both gradients, in float64. */
function lengths(steepness: number): { content: number; adversarial: number } {
  const n = made.length;
  const content = Math.hypot(...made.map((x, i) => (2 * (x - (wanted[i] as number))) / n));
  const logit = (steepness * made.reduce((sum, x) => sum + x, 0)) / n;
  const slope = 1 / (1 + Math.exp(logit)); // of -log(sigmoid(logit)), downwards
  return { content, adversarial: (Math.sqrt(n) * Math.abs(steepness) * slope) / n };
}

describe("adversarial share", () => {
  test.each([2, -5, 40])(
    "the weight makes the gradients' lengths stand in the share asked for: %d",
    async (steepness) => {
      const { content, adversarial } = lengths(steepness);
      const want = (0.5 * content) / adversarial;
      expect(want).toBeLessThan(1);
      expect((await weightOf(steepness, { adversarialShare: 0.5 })) / want).toBeCloseTo(1, 3);
    },
  );

  test("the weight is never more than the one given, even where the judge says the same of everything", async () => {
    expect(await weightOf(0.01, { adversarialShare: 0.5, adversarialWeight: 0.25 })).toBeCloseTo(0.25, 5);
    expect(await weightOf(0, { adversarialShare: 0.5, adversarialWeight: 0.25 })).toBeCloseTo(0.25, 5);
  });

  test("without a share it is the one given", async () => {
    expect(await weightOf(2, {})).toBeCloseTo(1, 5);
  });
});

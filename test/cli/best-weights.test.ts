import { existsSync, readFileSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { readSafetensors } from "../../engine/io/index.ts";
import { SRRESNET_PAPER, type SRResNet } from "../../models/super-resolution/srresnet.ts";
import { BestWeights, describeBest } from "../../examples/cli/best-weights.ts";
import { temporaryFolder } from "./run-cli.ts";

const score = (psnr: number, perceptual?: number) => ({
  psnr,
  ssim: 0.5,
  bicubic: 20,
  ...(perceptual !== undefined && { perceptual }),
});

/** A network of one number, which tells who was kept. */
const net = (value: number) =>
  ({
    config: SRRESNET_PAPER,
    stateDict: async () => new Map([["x", { dtype: "f32", shape: [1], data: new Float32Array([value]) }]]),
  }) as unknown as SRResNet;

const kept = ({ file }: BestWeights) => [
  ...(readSafetensors(readFileSync(file), file).tensors.get("x")?.data ?? []),
];

test("the least distance is kept where there is one, else the highest PSNR", async () => {
  const near = new BestWeights(temporaryFolder());
  for (const [step, psnr, distance] of [
    [0, 30, 0.4],
    [10, 29, 0.38],
    [20, 31, 0.39],
  ] as const)
    await near.offer(step, score(psnr, distance), net(step));
  expect(near.best).toEqual({ step: 10, merit: "perceptual", value: 0.38 });
  expect(kept(near)).toEqual([10]);
  expect(describeBest({ step: 10, merit: "perceptual", value: 0.38 })).toBe(
    "the best of the validations, after 10 updates (perceptual distance 0.3800)",
  );

  const clear = new BestWeights(temporaryFolder());
  for (const [step, psnr] of [
    [10, 29],
    [20, 31],
    [30, 31],
  ] as const)
    await clear.offer(step, score(psnr), net(step));
  expect(clear.best).toEqual({ step: 20, merit: "psnr", value: 31 });
  expect(kept(clear)).toEqual([20]);
});

test("a run that goes on keeps what was better before it, unless another merit counts now", async () => {
  const folder = temporaryFolder();
  const first = new BestWeights(folder);
  await first.offer(10, score(31), net(10));
  const second = new BestWeights(folder, first.best);
  await second.offer(20, score(30), net(20));
  expect(second.best?.step).toBe(10);
  expect(kept(second)).toEqual([10]);
  await second.offer(30, score(29, 0.5), net(30));
  expect(second.best).toEqual({ step: 30, merit: "perceptual", value: 0.5 });
  rmSync(first.file);
  await second.offer(40, score(31, 0.6), net(40));
  expect(existsSync(first.file)).toBe(false);
});

import { expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { matchingAwareLoss, withInterpolations } from "../../../models/text2image/losses.ts";

const softplus = (x: number): number => Math.log1p(Math.exp(x));

test("mismatched pairs and fakes count half each", async () => {
  const real = tensor([0.3, -1]);
  const wrong = tensor([0.5, 2]);
  const fake = tensor([-0.7, 0.1]);
  const ofReal = (softplus(-0.3) + softplus(1)) / 2;
  const ofWrong = (softplus(0.5) + softplus(2)) / 2;
  const ofFake = (softplus(-0.7) + softplus(0.1)) / 2;
  expect(await matchingAwareLoss({ real, wrong, fake }).total.item()).toBeCloseTo(
    ofReal + (ofWrong + ofFake) / 2,
    5,
  );
  expect(await matchingAwareLoss({ real, fake }).total.item()).toBeCloseTo(ofReal + ofFake, 5);
});

test("captions are mixed with those half a batch away; an odd last one stays alone", async () => {
  const text = tensor([
    [0, 8],
    [2, 8],
    [4, 0],
    [6, 4],
    [100, 100],
  ]);
  const mixed = withInterpolations(text, 0.25);
  expect(mixed.shape).toEqual([7, 2]);
  expect([...(await mixed.data()).slice(10)]).toEqual([3, 2, 5, 5]);
});

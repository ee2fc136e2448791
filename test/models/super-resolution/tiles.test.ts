/** How images are cut: every pixel once, with all the context that the network sees, in windows of few sizes. */
import { describe, expect, test } from "vitest";
import { windowSides, windows } from "../../../models/super-resolution/tiles.ts";
import type { SuperResolver } from "../../../models/super-resolution/upscale.ts";

const model = (radius: number, bytesPerPixel = 2048, multiple = 1) =>
  ({ radius, bytesPerPixel, multiple }) as SuperResolver;

describe.each([
  ["SRResNet on a processor", model(24), true],
  ["SRResNet on a GPU", model(24), false],
  ["a network that sees far", model(60), true],
  ["a wide network of multiples of 4", model(20, 60_000, 4), false],
])("%s", (_, net, software) => {
  const sides = windowSides(net, software);

  test("windows leave room for a part, and are multiples", () => {
    expect(sides.length).toBeLessThanOrEqual(2);
    for (const side of sides) expect(side % net.multiple).toBe(0);
    expect(sides.at(-1)).toBeGreaterThanOrEqual(2 * net.radius + 32);
  });

  test("every length is covered once, each part with its context", () => {
    const wrong: string[] = [];
    for (let length = net.multiple; length <= 500; length += net.multiple) {
      const list = windows(length, sides, net.radius);
      let next = 0;
      for (const { at, size, within, start, end } of list) {
        const isSound =
          sides.includes(size) &&
          start === next &&
          at >= 0 &&
          at + within <= length &&
          start - at >= Math.min(net.radius, start) &&
          at + within - end >= Math.min(net.radius, length - end);
        if (!isSound) wrong.push(`${start} to ${end} of ${length}`);
        next = end;
      }
      if (next !== length) wrong.push(`the end of ${length}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** The plane of noise that grain is made of. */
import { expect, test } from "vitest";
import { grain } from "../../models/grain.ts";

test("its numbers are normal, and neighbours have nothing to do with each other", () => {
  const [width, height] = [200, 150];
  const values = grain(0, 0, width, height);
  const meanOf = (f: (x: number, i: number) => number) =>
    values.reduce((sum, x, i) => sum + f(x, i), 0) / values.length;
  const deviation = 1 / Math.sqrt(values.length);
  expect(Math.abs(meanOf((x) => x))).toBeLessThan(5 * deviation);
  expect(Math.abs(meanOf((x) => x * x) - 1)).toBeLessThan(5 * Math.SQRT2 * deviation);
  expect(Math.abs(meanOf((x) => x ** 4) - 3)).toBeLessThan(5 * Math.sqrt(96) * deviation);
  for (const away of [1, 2, 3, 4, width, width + 1])
    expect(Math.abs(meanOf((x, i) => x * (values[i + away] ?? 0)))).toBeLessThan(5 * deviation);
});

test("a number belongs to its place, whatever part of the plane is asked for", () => {
  const whole = grain(0, 0, 40, 30);
  for (const [x, y, width, height] of [
    [0, 0, 4, 1],
    [8, 5, 12, 9],
    [36, 29, 4, 1],
  ] as const) {
    const rows = Array.from({ length: height }, (_, row) =>
      Array.from(whole.subarray((y + row) * 40 + x, (y + row) * 40 + x + width)),
    );
    expect(Array.from(grain(x, y, width, height))).toEqual(rows.flat());
  }
});

/** What a page loads of the engine: all that computes, with all shaders, as `npm run bench:peers` measures it. */
import { expect, test } from "vitest";
import { engineSize } from "../../bench/peers/bundle-sizes.ts";

/**
 * The aim is 50 KiB; what is reached is held. Right powers, sines and infinities, and what is said of wrong arguments, took 7 KiB, work
 * cut to the adapter's pace another half, every kind of wrong argument told by name, AMSGrad, borders and a device of one's choice 1.6,
 * PyTorch's small names and values in buffers of a program's own a quarter.
 */
const LIMIT = 65.25 * 1024;

test("the engine stays small enough for a page", async () => {
  const [minified, gzipped] = await engineSize();
  expect(gzipped).toBeLessThanOrEqual(LIMIT);
  // Shaders are among it: they alone are a fifth.
  expect(minified).toBeGreaterThan(150_000);
});

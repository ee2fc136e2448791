/** Pictures resized in strips: what the whole gives, at any cut. */
import { expect, test } from "vitest";
import { imresize } from "../../../engine/data/imresize.ts";
import { resizeStrips } from "../../../engine/data/resize-strips.ts";
import { integer, randomBits } from "../../../engine/random.ts";

const [sourceWidth, sourceHeight] = [23, 40];

test.each([
  [0.5, [40]],
  [0.5, [7, 1, 19, 13]],
  [0.75, [10, 10, 10, 10]],
  [0.31, [1, 39]],
  [1.5, [20, 20]],
  [0.02, [40]],
])("by %d in strips of %j", async (scale, heights) => {
  const data = Uint8Array.from({ length: sourceWidth * sourceHeight * 3 }, (_, k) =>
    integer(randomBits(9, k)[0], 256),
  );
  const [width, height] = [
    Math.max(Math.round(sourceWidth * scale), 1),
    Math.max(Math.round(sourceHeight * scale), 1),
  ];
  async function* strips() {
    let y = 0;
    for (const rows of heights) {
      const part = data.subarray(y * sourceWidth * 3, (y + rows) * sourceWidth * 3);
      yield { width: sourceWidth, height: rows, channels: 3, data: part };
      y += rows;
    }
  }
  const made: number[] = [];
  const target = { sourceWidth, sourceHeight, width, height, scale };
  for await (const strip of resizeStrips(strips(), target)) made.push(...strip.data);
  const whole = imresize(
    { width: sourceWidth, height: sourceHeight, channels: 3, data: Float64Array.from(data) },
    { scaleWidth: scale, scaleHeight: scale },
  );
  // The whole may have a last row or column more, where its side is rounded up.
  const wanted: number[] = [];
  for (let y = 0; y < height; y++)
    for (let k = 0; k < width * 3; k++) {
      const value = whole.data[y * whole.width * 3 + k] as number;
      wanted.push(Math.min(Math.max(Math.floor(value + 0.5), 0), 255));
    }
  expect(made).toEqual(wanted);
});

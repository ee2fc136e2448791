/** Photographs made larger tile by tile: the seams, the odd sizes, the channels. */
import { describe, expect, test } from "vitest";
import { imresize } from "../../../engine/data/imresize.ts";
import { bleedColor } from "../../../engine/io/alpha-bleed.ts";
import { makeImage, splitAlpha, type Image } from "../../../engine/io/image.ts";
import { stats, type Tensor, tensor } from "../../../engine/index.ts";
import { integer, randomBits } from "../../../engine/random.ts";
import { SRResNet } from "../../../models/super-resolution/srresnet.ts";
import { asSuperResolver, type SuperResolver } from "../../../models/super-resolution/upscale.ts";
import {
  compileTiles,
  enlargeInStrips,
  type Part,
  upscaleImage,
} from "../../../models/super-resolution/enlarge.ts";

const net = new SRResNet({ numBlocks: 1, width: 8, seed: 3 });
const model = asSuperResolver(net, "test");

const difference = (a: Image, b: Image): number =>
  a.data.reduce((most, value, k) => Math.max(most, Math.abs(value - (b.data[k] as number))), 0);

function photograph(width: number, height: number, channels: 1 | 2 | 3 | 4): Image {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) =>
    integer(randomBits(5, i)[0], 256),
  );
  return makeImage(data, width, height, channels);
}

/** The same network, which also remembers the floats it made and how large its inputs were. */
function watched(): { model: SuperResolver; sizes: string[]; results: Promise<Float32Array>[] } {
  const sizes: string[] = [];
  const results: Promise<Float32Array>[] = [];
  const forward = (lr: Tensor) => {
    sizes.push(lr.shape.slice(1, 3).join("x"));
    const y = model.forward(lr);
    results.push(y.data() as Promise<Float32Array>);
    return y;
  };
  return { model: { ...model, forward }, sizes, results };
}

const TILE = 16;

describe("tiles", () => {
  const image = photograph(61, 47, 3);

  test("give the bytes of the whole image at once", async () => {
    const whole = await upscaleImage(image, model, { tile: 0 });
    const tiled = await upscaleImage(image, model, { tile: TILE });
    expect([tiled.width, tiled.height, tiled.channels]).toEqual([244, 188, 3]);
    expect(tiled.data).toEqual(whole.data);
    // The picture is neither empty nor saturated.
    expect(new Set(whole.data).size).toBeGreaterThan(100);
  });

  test("give the floats of the whole image, seams included", async () => {
    const { radius, scale } = model;
    const { width, height } = image;
    const floats = Float32Array.from(image.data, (v) => v / 255);
    const whole = (await model.forward(tensor(floats, [1, height, width, 3])).data()) as Float32Array;
    // A tile in the middle, exactly as far from the edges of its window as the network sees.
    const [top, left] = [14, 20];
    const size = TILE + 2 * radius;
    const window = new Float32Array(size * size * 3);
    for (let y = 0; y < size; y++) {
      const from = ((top - radius + y) * width + left - radius) * 3;
      window.set(floats.subarray(from, from + size * 3), y * size * 3);
    }
    const part = (await model.forward(tensor(window, [1, size, size, 3])).data()) as Float32Array;
    let error = 0;
    for (let y = 0; y < TILE * scale; y++)
      for (let x = 0; x < TILE * scale * 3; x++) {
        const inPart = (radius * scale + y) * size * scale * 3 + radius * scale * 3 + x;
        const inWhole = (top * scale + y) * width * scale * 3 + left * scale * 3 + x;
        error = Math.max(error, Math.abs((part[inPart] as number) - (whole[inWhole] as number)));
      }
    expect(error).toBeLessThanOrEqual(1e-5);
  });

  test("need the whole of the network's radius", async () => {
    // With less context than the network sees, the seams show: so the test above sees them.
    const blind = { ...model, radius: 2 };
    const whole = await upscaleImage(image, model, { tile: 0 });
    const tiled = await upscaleImage(image, blind, { tile: TILE });
    expect(tiled.data).not.toEqual(whole.data);
  });

  test("are all of one size, so that one program serves them all", async () => {
    const { model: counting, sizes } = watched();
    const progress: string[] = [];
    await upscaleImage(image, counting, {
      tile: TILE,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(new Set(sizes).size).toBe(1);
    expect(sizes).toHaveLength(12);
    expect(progress).toEqual(["0/12", ...sizes.map((_, k) => `${k + 1}/12`)]);
  });

  test("stop when they are told to", async () => {
    const stop = new AbortController();
    const { model: counting, sizes } = watched();
    const work = upscaleImage(image, counting, {
      tile: TILE,
      signal: stop.signal,
      onProgress: (done) => {
        if (done === 2) stop.abort(new Error("enough"));
      },
    });
    await expect(work).rejects.toThrow("enough");
    expect(sizes).toHaveLength(2);
  });
});

describe("sizes", () => {
  test.each([
    [1, 1],
    [1, 13],
    [29, 1],
    [15, 40],
  ])("%d×%d", async (width, height) => {
    const image = photograph(width, height, 3);
    const tiled = await upscaleImage(image, model, { tile: TILE });
    expect([tiled.width, tiled.height]).toEqual([4 * width, 4 * height]);
    expect(tiled.data).toEqual((await upscaleImage(image, model, { tile: 0 })).data);
  });
});

describe("windows that images of all sizes share", () => {
  // So wide that its windows are of one side.
  const wide = { ...model, bytesPerPixel: 40_000 };

  // Lengths below, at and above the window's side, which is 56.
  test.each([
    [3, 2],
    [56, 57],
    [9, 70],
  ])("%d×%d gives the bytes of the whole image at once", async (width, height) => {
    const image = photograph(width, height, 3);
    const { model: counting, sizes } = watched();
    const made = await upscaleImage(image, { ...counting, bytesPerPixel: 40_000 });
    expect(new Set(sizes)).toEqual(new Set(["56x56"]));
    expect(difference(made, await upscaleImage(image, model, { tile: 0 }))).toBeLessThanOrEqual(1);
  });

  test("are compiled ahead, nothing else being done", async () => {
    const { model: counting, sizes } = watched();
    await compileTiles({ width: 61, height: 9 }, { ...counting, bytesPerPixel: 39_999 });
    const before = await stats();
    expect(sizes).toEqual(["56x56"]);
    await upscaleImage(photograph(61, 9, 3), { ...model, bytesPerPixel: 39_999 });
    expect((await stats()).pipelines).toBe(before.pipelines);
  });

  test("make nothing new for another size, and let nothing grow", async () => {
    await upscaleImage(photograph(30, 20, 3), wide);
    const before = await stats();
    for (let k = 0; k < 8; k++)
      await upscaleImage(photograph(1 + ((7 * k) % 48), 1 + ((11 * k) % 48), 3), wide);
    const { pipelines, programs, buffersCreated } = await stats();
    expect([pipelines, programs, buffersCreated]).toEqual([
      before.pipelines,
      before.programs,
      before.buffersCreated,
    ]);
  });
});

test("strips are the rows of the result, and tiles its parts, alpha but", async () => {
  const image = photograph(37, 45, 4);
  const whole = await upscaleImage(image, model, { tile: TILE });
  const painted = new Uint8Array(whole.data.length);
  const onTile = ({ x, y, image: part }: Part) => {
    for (let row = 0; row < part.height; row++)
      painted.set(
        part.data.subarray(row * part.width * 4, (row + 1) * part.width * 4),
        ((y + row) * whole.width + x) * 4,
      );
  };
  const rows: number[] = [];
  for await (const { y, image: strip } of enlargeInStrips(image, model, { tile: TILE, onTile })) {
    rows.push(y);
    expect(strip.width).toBe(148);
    expect(strip.data).toEqual(whole.data.subarray(y * 148 * 4, (y + strip.height) * 148 * 4));
  }
  expect(rows).toEqual([0, 64, 128]);
  const color = (data: Uint8Array) => data.filter((_, k) => k % 4 < 3);
  expect(color(painted)).toEqual(color(whole.data));
  const alpha = imresize(splitAlpha(image).alpha as Image, { scale: 4 }).data;
  expect(whole.data.filter((_, k) => k % 4 === 3)).toEqual(alpha);
});

describe("an empty tile", () => {
  const image = photograph(9, 7, 3);
  const empty = (times: number): SuperResolver => {
    let left = times;
    return { ...model, forward: (x) => (left-- > 0 ? model.forward(x).mul(0) : model.forward(x)) };
  };

  test("is computed again", async () => {
    expect(await upscaleImage(image, empty(1))).toEqual(await upscaleImage(image, model));
  });
  test("is told when it stays so", async () => {
    await expect(upscaleImage(image, empty(2))).rejects.toThrow(/the GPU gives an empty tile of test/);
  });
  test("may be where the picture is of one colour", async () => {
    const plain = makeImage(new Uint8Array(9 * 7 * 3).fill(90), 9, 7, 3);
    expect((await upscaleImage(plain, empty(2))).data).toEqual(new Uint8Array(36 * 28 * 3));
  });
});

describe("channels", () => {
  test("grey stays grey, in one channel or in three", async () => {
    const grey = photograph(9, 7, 1);
    const larger = await upscaleImage(grey, model);
    expect([larger.channels, larger.width, larger.height]).toEqual([1, 36, 28]);
    const rgb = makeImage(
      Uint8Array.from({ length: 9 * 7 * 3 }, (_, k) => grey.data[Math.floor(k / 3)] as number),
      9,
      7,
      3,
    );
    const large = await upscaleImage(rgb, model);
    for (let k = 0; k < large.data.length; k += 3)
      expect([large.data[k], large.data[k + 1], large.data[k + 2]]).toEqual(
        new Array(3).fill(larger.data[k / 3]),
      );
  });
  test.each([2, 4] as const)("alpha is kept (%d channels)", async (channels) => {
    const image = photograph(8, 6, channels);
    const colours = channels - 1;
    for (let k = colours; k < image.data.length; k += channels)
      image.data[k] = k < image.data.length / 2 ? 0 : 255;
    const larger = await upscaleImage(image, model);
    expect(larger.channels).toBe(channels);
    expect(larger.data[colours]).toBe(0);
    expect(larger.data.at(-1)).toBe(255);
    const { color, alpha } = splitAlpha(image);
    const opaque = bleedColor(color, alpha as Image);
    expect(larger.data.filter((_, k) => k % channels < colours)).toEqual(
      (await upscaleImage(opaque, model)).data,
    );
  });
  test("colour stays colour", async () => {
    const larger = await upscaleImage(photograph(4, 4, 3), model);
    const pixels = Array.from({ length: 256 }, (_, k) => larger.data.subarray(3 * k, 3 * k + 3));
    expect(pixels.some(([r, g, b]) => r !== g || g !== b)).toBe(true);
  });
});

/** SRResNet in half precision: as good as in f32, in half the memory, and the same program where there is none. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imresize } from "../../../engine/data/imresize.ts";
import { openDevice } from "../../../engine/gpu/device.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { idle, type Tensor, tensor, trim } from "../../../engine/index.ts";
import { crop, type Image, makeImage, toRgb } from "../../../engine/io/image.ts";
import { hostTensor, readSafetensors, toFloat16Bits, writeSafetensors } from "../../../engine/io/index.ts";
import { decodeImage } from "../../../engine/io/node.ts";
import { score } from "../../../models/metrics/index.ts";
import { parseSRResNet } from "../../../models/super-resolution/srresnet-files.ts";
import {
  asSuperResolver,
  inHalfPrecision,
  type SuperResolver,
} from "../../../models/super-resolution/upscale.ts";
import { upscaleImage } from "../../../models/super-resolution/enlarge.ts";

const read = (path: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../../${path}`, import.meta.url)));

const WEIGHTS = "models/weights/srresnet.safetensors";
const load = (bytes: Uint8Array = read(WEIGHTS)): SuperResolver =>
  asSuperResolver(parseSRResNet(bytes, WEIGHTS), "compact");

/** A square of a photograph, and the same four times smaller. */
async function photograph(): Promise<{ hr: Image; lr: Image }> {
  const whole = await decodeImage(read("examples/studio/samples/parrots.png"), "parrots");
  const hr = crop(toRgb(whole), 24, 0, 96, 96);
  const lr = imresize(hr, { scale: 1 / 4 });
  return { hr, lr: makeImage(lr.data, lr.width, lr.height, 3) };
}

const inputOf = ({ data, width, height }: Image): Tensor =>
  tensor(
    Float32Array.from(data, (v) => v / 255),
    [1, height, width, 3],
  );

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((error, v, k) => Math.max(error, Math.abs(v - (b[k] as number))), 0);

/** Bytes that a program needs while it runs. */
async function arena(work: () => Promise<unknown>): Promise<number> {
  await trim();
  await work();
  await idle();
  const { memory } = await runtime.gpu();
  return memory.arena.reduce((sum, { bytes }) => sum + bytes, 0);
}

describe("with half precision", () => {
  beforeAll(async () => runtime.use(await openDevice()));
  afterAll(() => runtime.close());

  test("pixels are those of f32 within 2e-2 of their range, and so is PSNR within 0.02 dB", async () => {
    const model = load();
    const half = inHalfPrecision(model);
    const { hr, lr } = await photograph();
    const y = half.forward(inputOf(lr));
    expect(y.dtype).toBe("f16");
    expect(worst(await y.data(), await model.forward(inputOf(lr)).data())).toBeLessThan(2e-2);
    const [full, halved] = [await upscaleImage(lr, model), await upscaleImage(lr, half)];
    const [a, b] = [score(full, hr, "matlab").psnr, score(halved, hr, "matlab").psnr];
    expect(a).toBeGreaterThan(20);
    expect(Math.abs(a - b)).toBeLessThan(0.02);
  });

  test("a forward pass needs half the memory", async () => {
    const { info } = await runtime.gpu();
    const model = load();
    const half = inHalfPrecision(model);
    const { hr } = await photograph();
    const run = (m: SuperResolver) => () => m.forward(inputOf(crop(hr, 0, 0, 64, 64))).data();
    // The weights are on the GPU from now on.
    await run(model)();
    const [full, halved] = [await arena(run(model)), await arena(run(half))];
    expect(full).toBeGreaterThan(1.5e7);
    expect(halved / full).toBeLessThan(info.nativeF16 ? 0.52 : 1.02);
  });

  test("weights that a file holds in half precision run in either", async () => {
    const { tensors } = readSafetensors(read(WEIGHTS));
    const halves = new Map(
      [...tensors].map(([name, { data, shape }]) => [
        name,
        hostTensor(toFloat16Bits(data as Float32Array), shape, "f16"),
      ]),
    );
    const [full, rounded] = [load(), load(writeSafetensors(halves))];
    const { lr } = await photograph();
    const want = await full.forward(inputOf(lr)).data();
    expect(worst(await rounded.forward(inputOf(lr)).data(), want)).toBeLessThan(1e-2);
    expect(worst(await inHalfPrecision(rounded).forward(inputOf(lr)).data(), want)).toBeLessThan(2e-2);
  });

  test("tensors go into a file in half precision and come back as they were", async () => {
    const values = Float32Array.from({ length: 33 }, (_, k) => (k - 16) / 7);
    const x = tensor(values, [3, 11], "f16").mul(2).keep();
    const bits = toFloat16Bits((await x.data()) as Float32Array);
    const file = writeSafetensors(new Map([["x", hostTensor(bits, [3, 11], "f16")]]));
    const { data, shape, dtype } = readSafetensors(file).tensors.get("x") as ReturnType<typeof hostTensor>;
    expect(dtype).toBe("f16");
    const back = tensor(data as Uint16Array, shape, "f16");
    expect(await back.data()).toEqual(await x.data());
    expect(await back.sub(x).abs().max().item()).toBe(0);
  });
});

test("without half precision the same program gives the numbers of f32", async () => {
  runtime.use(await openDevice({ nativeF16: false }));
  const model = load();
  const { lr } = await photograph();
  const half = await inHalfPrecision(model).forward(inputOf(lr)).data();
  expect(worst(half, await model.forward(inputOf(lr)).data())).toBeLessThan(1e-6);
  await runtime.close();
});

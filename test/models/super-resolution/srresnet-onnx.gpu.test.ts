/** Exported generators, run by ONNX Runtime on its CPU kernels, give what they give here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test, type TestContext } from "vitest";
import { tensor } from "../../../engine/index.ts";
import { type HostTensor, hostTensor } from "../../../engine/io/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { SRResNet, type SRResNetOptions } from "../../../models/super-resolution/srresnet.ts";
import {
  buildSRResNet,
  readSRResNet,
  type SRResNetFile,
} from "../../../models/super-resolution/srresnet-files.ts";
import { srresnetOnnx } from "../../../models/super-resolution/srresnet-onnx.ts";
import { asSuperResolver } from "../../../models/super-resolution/upscale.ts";
import { givenFolder } from "../../engine/data/given.ts";
import { findOnnxRuntime, type OnnxRuntime, type OnnxSession } from "../../onnxruntime/onnxruntime.ts";
import { readNpy } from "../npy.ts";

const TOLERANCE = 1e-4;
/** Batch, height, width: one session runs all of them. */
const SIZES = [
  [2, 7, 9],
  [1, 12, 5],
] as const;

let runtime: OnnxRuntime | string;
beforeAll(async () => {
  runtime = await findOnnxRuntime();
});

async function open(net: SRResNetFile, context: TestContext): Promise<[OnnxSession, OnnxRuntime]> {
  if (typeof runtime === "string") return context.skip(runtime);
  const bytes = srresnetOnnx(net, { model: "test", version: "0" });
  const options = { executionProviders: ["cpu"], graphOptimizationLevel: "all" };
  return [await runtime.InferenceSession.create(bytes, options), runtime];
}

/** The largest difference between ONNX Runtime's output and ours, over all sizes; and how many values are not clamped. */
async function compare(file: SRResNetFile, context: TestContext): Promise<{ worst: number; inside: number }> {
  const [session, { Tensor }] = await open(file, context);
  expect([session.inputNames, session.outputNames]).toEqual([["input"], ["output"]]);
  const model = asSuperResolver(buildSRResNet(file), "test");
  let worst = 0;
  let inside = 0;
  let total = 0;
  for (const [n, h, w] of SIZES) {
    const planes = fillUniform(new Float32Array(n * 3 * h * w), 5, h, 0, 1);
    const { output } = await session.run({ input: new Tensor("float32", planes, [n, 3, h, w]) });
    expect(output?.dims).toEqual([n, 3, 4 * h, 4 * w]);
    const lr = tensor(planes, [n, 3, h, w]).permute([0, 2, 3, 1]);
    const ours = await model.forward(lr).permute([0, 3, 1, 2]).data();
    ours.forEach((value, k) => {
      const theirs = output?.data[k] as number;
      worst = Math.max(worst, Math.abs(Math.min(Math.max(value as number, 0), 1) - theirs));
      if (theirs > 0 && theirs < 1) inside++;
    });
    total += ours.length;
  }
  await session.release();
  return { worst, inside: inside / total };
}

/** A generator that others trained, with PyTorch's own answer to a picture. */
const given = givenFolder("data/weights");

/** Weights that leave no part of a network without effect. */
function drawn(options: SRResNetOptions): SRResNetFile {
  const net = new SRResNet({ numBlocks: 2, width: 6, ...options });
  const weights = [...net.fileShapes()].map(([name, shape], k): [string, HostTensor] => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const scale = name.startsWith("tail") ? 0.05 : 0.2;
    if (/running_var|bn\d?\.weight/.test(name)) fillUniform(data, 3, k, 0.5, 1.5);
    else if (/act\.weight/.test(name)) fillUniform(data, 3, k, -0.2, 0.5);
    else fillUniform(data, 3, k, -scale, scale);
    return [name, hostTensor(data, shape)];
  });
  return { config: net.config, weights: new Map(weights), file: "drawn" };
}

describe("an exported SRResNet equals ours in ONNX Runtime", () => {
  const options: readonly SRResNetOptions[] = [
    {},
    { prelu: "shared", convBias: true },
    { upsample: "deconv" },
    { padding: "reflect" },
    { trunkEnd: "prelu", output: "tanh01" },
  ];
  test.for(options)("%j", async (option, context) => {
    const { worst, inside } = await compare(drawn(option), context);
    expect(worst).toBeLessThan(TOLERANCE);
    expect(inside).toBeGreaterThan(0.5);
  });

  test("the model that comes with the project", async (context) => {
    const file = "models/weights/srresnet.safetensors";
    const bytes = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)));
    const { worst, inside } = await compare(readSRResNet(bytes, file), context);
    expect(worst).toBeLessThan(TOLERANCE);
    expect(inside).toBeGreaterThan(0.5);
  });

  test.skipIf(!given)("PyTorch's answer of a generator that others trained", async (context) => {
    const read = (name: string) => readFileSync(join(given as string, name));
    const file = "leftthomas_netG_epoch_4_100_531073f.pth";
    const [session, { Tensor }] = await open(readSRResNet(read(file), file), context);
    const lr = readNpy(read("golden_in_3x24x24_uint8.npy"));
    const hr = readNpy(read("leftthomas_srgan_x4.golden_out_3x96x96.npy"));
    const input = new Tensor(
      "float32",
      Float32Array.from(lr.data, (byte) => byte / 255),
      [1, ...lr.shape],
    );
    const { output } = await session.run({ input });
    await session.release();
    expect(output?.dims).toEqual([1, ...hr.shape]);
    const differences = (output?.data ?? new Float32Array([Number.NaN])).map((value, k) =>
      Math.abs(value - (hr.data[k] as number)),
    );
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  });
});

/** What the commands print and write where no device is needed: help, eval of the baselines, convert. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type HostTensor, readSafetensors, writeSafetensors } from "../../engine/io/index.ts";
import { encodePng } from "../../engine/io/node.ts";
import { makeImage } from "../../engine/io/image.ts";
import { systems } from "../../models/systems.ts";
import { toJson } from "../../models/training/json.ts";
import { version } from "../../package.json";
import { givenFolder } from "../engine/data/given.ts";
import { readOnnx } from "../engine/io/onnx-reader.ts";
import { ganvas, temporaryFolder } from "./run-cli.ts";
import { madeUpWeights, waves } from "./samples.ts";

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  mkdirSync(file("photos"));
  writeFileSync(file("photos/waves.png"), await encodePng(waves(40, 36)));
  const flat = makeImage(new Uint8Array(24 * 24 * 3).fill(77), 24, 24, 3);
  writeFileSync(file("photos/flat.png"), await encodePng(flat));
  writeFileSync(file("net.safetensors"), writeSafetensors(madeUpWeights()));
});

describe("help", () => {
  test.each([[], ["--help"], ["-h"], ["help"]])("lists the commands (%s)", async (...args) => {
    const { code, out, err } = await ganvas(args);
    expect([code, err]).toEqual([0, ""]);
    for (const name of ["upscale", "eval", "train", "data", "draw", "convert", "export", "check", "info"])
      expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
  });

  test.concurrent.each([
    ["upscale", "IN… OUT.png|.jpg|.webp|.avif|DIR", ["model", "blend", "input", "scale", "width", "tile"]],
    ["eval", "MODEL [MODEL …] --data DIR", ["data", "protocol", "border", "sheet", "perceptual"]],
    [
      "train",
      `${Object.keys(systems).join("|")} --data DIR --out DIR`,
      ["preset", "size", "from", "vgg", "steps", "minutes", "resume", "seed", "val"],
    ],
    ["draw", "DIR", ["count", "seed"]],
    ["data", "list | fetch NAME [--to DIR] [--from FILE|DIR] | check DIR", ["to", "from", "size", "split"]],
    ["convert", "IN OUT.safetensors | model.json OUT.onnx", ["dtype"]],
    ["export", "MODEL OUT.onnx", ["license"]],
    ["handoff", "SYSTEM|CHECKPOINT --data DIR --out DIR", ["data", "out", "batches", "back", "preset"]],
    ["check", "", ["filter"]],
    ["info", "", []],
  ] as const)("of %s names its options", async (name, usage, options) => {
    const { code, out, err } = await ganvas([name, "--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n")[0]).toBe(`ganvas ${name} ${usage}`.trimEnd());
    for (const option of [...options, "json", "help"]) expect(out).toContain(`\n  --${option}`);
    expect((await ganvas(["help", name])).out).toBe(out);
  });
});

test("draw writes the same pictures for the same seed", async () => {
  const drawn = (to: string, ...more: string[]) =>
    ganvas(["draw", to, "--count", "2", "--json", ...more], { cwd: folder });
  const first = await drawn("new/drawings");
  expect(first.code).toBe(0);
  const files = ["drawing-0-1.png", "drawing-0-2.png"];
  expect(JSON.parse(first.out)).toMatchObject({
    seed: 0,
    files: files.map((name) => join("new/drawings", name)),
  });
  await drawn("again");
  const bytes = (name: string) => readFileSync(file(name));
  for (const name of files) expect(bytes(`again/${name}`)).toEqual(bytes(`new/drawings/${name}`));
  expect((await drawn("again", "--seed", "3")).out).toContain("drawing-3-1.png");
  expect(bytes("again/drawing-3-1.png")).not.toEqual(bytes("again/drawing-0-1.png"));
});

describe("eval", () => {
  test("of several models prints a table and writes the same details side by side", async () => {
    const { code, out } = await ganvas(
      ["eval", "nearest", "bicubic", "--data", "photos", "--sheet", "sheet.html", "--json"],
      { cwd: folder },
    );
    expect(code).toBe(0);
    const { images, models, benchmark } = JSON.parse(out);
    expect([images, benchmark]).toEqual([2, undefined]);
    expect(models.map(({ model }: { model: string }) => model)).toEqual(["nearest", "bicubic"]);
    expect(models[0].ledig2017.ssim).toBeLessThan(models[1].ledig2017.ssim);
    const page = readFileSync(file("sheet.html"), "utf8");
    for (const caption of ["low resolution", "nearest", "bicubic", "original"])
      expect(page).toContain(`<th scope="col">${caption}</th>`);
    expect(page.match(/<img /g)).toHaveLength(2 * 4);
    const table = await ganvas(["eval", "bicubic", "nearest", "--data", "photos", "--sheet", "sheet.png"], {
      cwd: folder,
    });
    expect(table.out).toMatch(/^2 images +matlab dB +SSIM +ledig2017 dB +SSIM +GMSD\nbicubic +/);
    expect(readFileSync(file("sheet.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  test("prints one JSON object; the PSNR of equal images is the string Infinity", async () => {
    const { code, out, err } = await ganvas(["eval", "nearest", "--data", "photos", "--json"], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(out.trimEnd()).not.toContain("\n");
    const { model, protocol, images, mean } = JSON.parse(out);
    expect([model, protocol]).toEqual(["nearest", "matlab"]);
    expect(images.map((image: { name: string }) => image.name)).toEqual(["flat", "waves"]);
    expect(images[0]).toEqual({ name: "flat", psnr: "Infinity", ssim: 1 });
    expect(Number(mean.psnr)).toBe(Number.POSITIVE_INFINITY);
    expect(images[1].psnr).toBeGreaterThan(10);
    expect(mean.ssim).toBeCloseTo((1 + images[1].ssim) / 2, 12);
    expect(err).toContain("2/2");
  });

  test("prints a table without --json", async () => {
    const { code, out } = await ganvas(["eval", "bicubic", "--data", "photos"], { cwd: folder });
    expect(code).toBe(0);
    expect(out).toMatch(
      /^flat {3}Infinity dB {2}1\.0000\nwaves {2}\d+\.\d{4} dB {2}0\.\d{4}\nmean {3}Infinity dB/,
    );
  });

  test("names the image that cannot be measured, and goes on", async () => {
    mkdirSync(file("mixed"));
    copyFileSync(file("photos/waves.png"), file("mixed/b.png"));
    writeFileSync(file("mixed/a.png"), "no image");
    const { code, out, err } = await ganvas(["eval", "bicubic", "--data", "mixed", "--json"], {
      cwd: folder,
    });
    expect(code).toBe(2);
    expect(err).toMatch(
      /ganvas: mixed\/a\.png: not an image .*\nganvas: 1 of 2 images could not be measured\n$/,
    );
    const { images, failed } = JSON.parse(out);
    expect(images.map((image: { name: string }) => image.name)).toEqual(["b"]);
    expect(failed).toEqual([{ name: "a", error: expect.stringMatching(/^mixed\/a\.png: not an image/) }]);
  });

  const set5 = givenFolder("data/sr_set5");
  test.skipIf(!set5).each([
    ["matlab", 28.4305, 0.8113],
    ["ledig2017", 28.434, 0.8214],
  ])("of bicubic on Set5 gives the known figures (%s)", async (protocol, psnr, ssim) => {
    const args = ["eval", "bicubic", "--data", set5 as string, "--protocol", protocol, "--json"];
    const { images, mean } = JSON.parse((await ganvas(args)).out);
    expect(images.map((image: { name: string }) => image.name)).toEqual([
      "baby",
      "bird",
      "butterfly",
      "head",
      "woman",
    ]);
    expect(Math.abs(mean.psnr - psnr)).toBeLessThan(0.005);
    expect(Math.abs(mean.ssim - ssim)).toBeLessThan(0.0005);
  });
});

describe("convert", () => {
  const convert = (...args: string[]) => ganvas(["convert", ...args], { cwd: folder });

  test("keeps f32 bit for bit, in its order", async () => {
    const { code, out } = await convert("net.safetensors", "copy.safetensors", "--json");
    expect(code).toBe(0);
    const report = JSON.parse(out);
    const before = readSafetensors(readFileSync(file("net.safetensors")), "net").tensors;
    const after = readSafetensors(readFileSync(file("copy.safetensors")), "copy").tensors;
    expect([...after]).toEqual([...before]);
    expect(report.tensors[0]).toEqual({ name: "head.conv.weight", shape: [4, 3, 9, 9], dtype: "f32" });
  });

  test("keeps what is said of the network, of a checkpoint too", async () => {
    const tensors = madeUpWeights();
    const network = { padding: "reflect", output: "linear" };
    const checkpoint = JSON.stringify({ step: 1, options: { network } });
    writeFileSync(file("said.safetensors"), writeSafetensors(tensors, { license: "CC0-1.0", checkpoint }));
    expect((await convert("said.safetensors", "kept.safetensors", "--dtype", "f16")).code).toBe(0);
    expect((await convert("kept.safetensors", "again.safetensors")).code).toBe(0);
    for (const name of ["kept.safetensors", "again.safetensors"])
      expect(readSafetensors(readFileSync(file(name)), name).metadata).toEqual({
        license: "CC0-1.0",
        format: "pt",
        architecture: JSON.stringify(network),
      });
  });

  test("halves the file with f16, and doubles it back", async () => {
    expect((await convert("net.safetensors", "half.safetensors", "--dtype", "f16")).code).toBe(0);
    expect((await convert("half.safetensors", "back.safetensors", "--dtype", "f32")).code).toBe(0);
    const read = (name: string) => readSafetensors(readFileSync(file(name)), name).tensors;
    const [first, back] = [read("net.safetensors"), read("back.safetensors")];
    expect(new Set([...read("half.safetensors").values()].map((t) => t.dtype))).toEqual(new Set(["f16"]));
    for (const [name, { data }] of first)
      back.get(name)?.data.forEach((value, i) => {
        expect(Math.abs(Number(value) - Number(data[i]))).toBeLessThanOrEqual(
          Math.abs(Number(data[i])) / 2048 + 2 ** -25,
        );
      });
  });

  const given = givenFolder("data/weights");
  test.skipIf(!given)("reads a .pth as the .safetensors of the same weights", async () => {
    const path = join(given as string, "leftthomas_netG_epoch_4_100_531073f.pth");
    expect((await convert(path, "pth.safetensors")).code).toBe(0);
    const ours = readSafetensors(readFileSync(file("pth.safetensors")), "ours").tensors;
    const theirs = readSafetensors(
      readFileSync(join(given as string, "leftthomas_srgan_x4.safetensors")),
      "theirs",
    ).tensors;
    for (const [name, tensor] of theirs) expect(ours.get(name), name).toEqual(tensor);
  });
});

describe("export", () => {
  const run = (...args: string[]) => ganvas(["export", ...args], { cwd: folder });
  const read = (name: string) => readOnnx(readFileSync(file(name)));

  test("writes a network from a file of weights, with what is known of it", async () => {
    const { code, out, err } = await run("net.safetensors", "net.onnx", "--license", "CC0-1.0", "--json");
    expect([code, err]).toEqual([0, ""]);
    const { bytes, config, license } = JSON.parse(out);
    expect(bytes).toBe(readFileSync(file("net.onnx")).length);
    expect([config.numBlocks, config.width, license]).toEqual([1, 4, "CC0-1.0"]);
    const { metadata, inputs } = read("net.onnx");
    expect([metadata.model, metadata.license]).toEqual(["net", "CC0-1.0"]);
    expect(inputs[0]?.axes).toEqual(["batch", 3, "height", "width"]);
    expect((await run("--help")).out).toContain(metadata.input);
  });

  test("writes a network between two others", async () => {
    expect((await run("blend:0.5,net.safetensors,net.safetensors", "blend.onnx")).code).toBe(0);
    const { metadata, constants } = read("blend.onnx");
    expect([metadata.model, metadata.license]).toEqual(["blend:0.5", undefined]);
    const { shape, data } = madeUpWeights().get("tail.weight") as HostTensor;
    expect(constants.get("tail.weight")).toEqual({ type: 1, shape, data: [...data].map(Number) });
  });

  test("knows the project's own model and its licence", async () => {
    const { code, out } = await run("srresnet", "srresnet.onnx");
    expect([code, out]).toEqual([0, "srresnet.onnx: SRResNet, 8 blocks of 32 channels, 1.0 MB\n"]);
    const { metadata, constants } = read("srresnet.onnx");
    expect([metadata.model, metadata.license, metadata.ganvas_version]).toEqual(["srresnet", "MIT", version]);
    expect(constants.get("up.1.conv.weight")?.shape).toEqual([128, 32, 3, 3]);
  });
});

test("JSON says what it has no number for", () => {
  expect(toJson({ a: Number.NaN, b: [-Infinity, 1.5], c: null })).toBe(
    '{"a":"NaN","b":["-Infinity",1.5],"c":null}',
  );
});

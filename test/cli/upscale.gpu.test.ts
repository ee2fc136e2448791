/** `ganvas upscale` as a user runs it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { imresize } from "../../engine/data/imresize.ts";
import { splitAlpha, type Image } from "../../engine/io/image.ts";
import { writeSafetensors } from "../../engine/io/index.ts";
import { encodePng, readImage } from "../../engine/io/node.ts";
import { fillUniform } from "../../engine/random.ts";
import { ganvas, snapshot, temporaryFolder } from "./run-cli.ts";
import { madeUpWeights, waves } from "./samples.ts";

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const upscale = (...args: string[]) =>
  ganvas(["upscale", ...args, "--model", "net.safetensors"], { cwd: folder });

const WIDTH = 24;
const HEIGHT = 20;
const image = waves(WIDTH, HEIGHT);
const transparent = waves(WIDTH, HEIGHT, 4);

beforeAll(async () => {
  writeFileSync(file("net.safetensors"), writeSafetensors(madeUpWeights()));
  mkdirSync(file("photos"));
  const raw = () => sharp(image.data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  const files: Record<string, Uint8Array> = {
    "a.png": await encodePng(image),
    "alpha.png": await encodePng(transparent),
    "jpeg.JPG": await raw().jpeg().toBuffer(),
    "palette.png": await raw().png({ palette: true, colours: 8 }).toBuffer(),
    "web.webp": await raw().webp().toBuffer(),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(file(`photos/${name}`), bytes);
  writeFileSync(file("a.png"), files["a.png"] as Uint8Array);
  writeFileSync(file("dot.png"), await encodePng(waves(1, 1)));
  writeFileSync(file("strip.png"), await encodePng(waves(3, 200)));
  writeFileSync(file("broken.png"), "no image");
});

describe("upscale", () => {
  test("makes one file, and says what it did", async () => {
    const { code, out, err } = await upscale("a.png", "one.png");
    expect([code, out]).toEqual([0, expect.stringMatching(/^one\.png: 24×20 -> 96×80 in [\d.]+ s\n$/)]);
    expect(err).toMatch(/a\.png █+ 1\/1 took/);
    const made = await readImage(file("one.png"));
    expect([made.width, made.height, made.channels]).toEqual([96, 80, 3]);
  });

  test("--debug-nan names the layer whose numbers overflow; without, the model is named", async () => {
    const weights = madeUpWeights();
    for (const layer of ["conv1", "conv2"]) {
      const { data } = weights.get(`body.0.${layer}.weight`) ?? {};
      if (data instanceof Float32Array) data.fill(1e25);
    }
    writeFileSync(file("large.safetensors"), writeSafetensors(weights));
    const run = (...more: string[]) =>
      ganvas(["upscale", "a.png", "nan.png", "--model", "large.safetensors", ...more], { cwd: folder });
    const plain = await run();
    expect(plain.code).toBe(2);
    expect(plain.err).toMatch(
      /upscale: large\.safetensors makes numbers that are not finite of this picture/,
    );
    expect(existsSync(file("nan.png"))).toBe(false);
    const { code, err } = await run("--debug-nan");
    expect(code).toBe(1);
    expect(err).toMatch(
      /^ganvas: conv2d in layer body\.0\.conv2 made \d+ infinite of 9216 numbers of shape \[1, 48, 48, 4\], the first at \[0, 0, 0, 0\]; what it was computed from was finite: .*convolution weight \[3, 3, 4, 4\] of magnitude up to 1\.00e\+25/m,
    );
    const good = await upscale("a.png", "good.png", "--debug-nan");
    expect([good.code, good.out]).toEqual([0, expect.stringContaining("24×20 -> 96×80")]);
  });

  test("takes folders and files together, goes on after a bad one, and prints one JSON object", async () => {
    const { code, out, err } = await upscale(
      "photos",
      "dot.png",
      "broken.png",
      "strip.png",
      "new/deep",
      "--json",
    );
    expect(code).toBe(2);
    expect(err).toMatch(/^ganvas: broken\.png: not an image/m);
    expect(err).toMatch(/^ganvas: 1 of 8 images could not be enlarged$/m);
    expect(out.trimEnd()).not.toContain("\n");
    const result = JSON.parse(out);
    expect(result.model).toBe("net.safetensors");
    expect(result.gpuPeakBytes).toBeGreaterThan(0);
    expect(result.adapter.limits.maxBufferSize).toBeGreaterThan(0);
    expect(result.failed).toEqual([{ in: "broken.png", error: expect.stringContaining("not an image") }]);
    const sizes = result.images.map((i: { out: string; width: number; height: number }) => [
      i.out,
      i.width,
      i.height,
    ]);
    expect(sizes).toEqual([
      ["new/deep/a_x4.png", 96, 80],
      ["new/deep/alpha_x4.png", 96, 80],
      ["new/deep/jpeg_x4.png", 96, 80],
      ["new/deep/palette_x4.png", 96, 80],
      ["new/deep/web_x4.png", 96, 80],
      ["new/deep/dot_x4.png", 4, 4],
      ["new/deep/strip_x4.png", 12, 800],
    ]);
    for (const [path, width, height] of sizes) {
      const made = await readImage(file(path));
      expect([made.width, made.height]).toEqual([width, height]);
    }
    const { alpha } = splitAlpha(await readImage(file("new/deep/alpha_x4.png")));
    const wanted = imresize(splitAlpha(transparent).alpha as Image, { scale: 4 });
    expect(alpha?.data).toEqual(wanted.data);
  });

  test("makes another size and format, with what the camera wrote where that is wished", async () => {
    const photo = sharp(image.data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
    writeFileSync(
      file("camera.jpg"),
      await photo
        .withMetadata({ orientation: 6 })
        .withExifMerge({ IFD0: { Make: "Pinhole" } })
        .jpeg()
        .toBuffer(),
    );
    expect((await upscale("camera.jpg", "wide.webp", "--width", "50", "--metadata")).code).toBe(0);
    const wide = await sharp(readFileSync(file("wide.webp"))).metadata();
    // Turned upright it is 20 × 24.
    expect([wide.format, wide.width, wide.height, wide.orientation]).toEqual(["webp", 50, 60, 1]);
    expect(wide.exif?.includes("Pinhole")).toBe(true);
    expect((await upscale("camera.jpg", "sizes", "--scale", "2", "--format", "jpg")).code).toBe(0);
    const small = await sharp(readFileSync(file("sizes/camera_x2.jpg"))).metadata();
    expect([small.format, small.width, small.height, small.exif]).toEqual(["jpeg", 40, 48, undefined]);
    const refused = await upscale("a.png", "b.jpg", "--format", "webp");
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("b.jpg should end in .webp")]);
  });

  test("gives the same bytes with converted weights", async () => {
    expect((await ganvas(["convert", "net.safetensors", "copy.safetensors"], { cwd: folder })).code).toBe(0);
    const results = [];
    for (const weights of ["net", "copy"]) {
      const args = ["upscale", "a.png", `${weights}.png`, "--model", `${weights}.safetensors`];
      expect((await ganvas(args, { cwd: folder })).code).toBe(0);
      results.push(readFileSync(file(`${weights}.png`)));
    }
    expect(results[1]).toEqual(results[0]);
  });

  test("blends two networks: the ends are their pictures, the middle is neither", async () => {
    const other = madeUpWeights();
    fillUniform(other.get("tail.weight")?.data as Float32Array, 5, 0, -0.1, 0.1);
    writeFileSync(file("other.safetensors"), writeSafetensors(other));
    const picture = async (model: string) => {
      const args = ["upscale", "a.png", "blend.png", "--model", model];
      expect(await ganvas(args, { cwd: folder })).toMatchObject({ code: 0 });
      return readFileSync(file("blend.png"));
    };
    const blend = (amount: number) => picture(`blend:${amount},net.safetensors,other.safetensors`);
    const ends = [await picture("net.safetensors"), await picture("other.safetensors")];
    expect([await blend(0), await blend(1)]).toEqual(ends);
    const middle = await blend(0.5);
    for (const end of ends) expect(middle).not.toEqual(end);
  });

  test.skipIf(process.platform === "win32")("leaves nothing behind when it is interrupted", async () => {
    writeFileSync(file("large.png"), await encodePng(waves(400, 400)));
    const before = snapshot(folder);
    let sent = false;
    const { code, out, err } = await ganvas(
      ["upscale", "large.png", "large_out.png", "--tile", "4", "--model", "net.safetensors"],
      {
        cwd: folder,
        onErr: (text, child) => {
          if (!sent && / [1-9]\d*\/10000/.test(text)) sent = child.kill("SIGINT");
        },
      },
    );
    expect([code, out]).toEqual([130, ""]);
    expect(err).toMatch(/ganvas: interrupted\n$/);
    expect(existsSync(file("large_out.png"))).toBe(false);
    expect(snapshot(folder)).toEqual(before);
  });
});

test("info names the adapter and the models", async () => {
  const { code, out } = await ganvas(["info", "--json"]);
  expect(code).toBe(0);
  const { adapter, models } = JSON.parse(out);
  expect(adapter.host).toBe("node");
  expect(models[0]).toMatchObject({ name: "srresnet", present: expect.any(Boolean) });
  expect((await ganvas(["info"])).out).toContain(adapter.description);
});

test("check compares ops with the float64 reference", async () => {
  const { code, out } = await ganvas(["check", "--filter", "prelu", "--json"]);
  expect(code).toBe(0);
  const { passed, failed, results } = JSON.parse(out);
  expect(passed).toBeGreaterThan(0);
  expect([failed, results.length]).toEqual([0, passed]);
});

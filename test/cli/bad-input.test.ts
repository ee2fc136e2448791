/** Bad input to the commands: exit code 2, one sentence on stderr, nothing on stdout, and no file made or changed. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { hostTensor, writeSafetensors } from "../../engine/io/index.ts";
import { encodePng } from "../../engine/io/node.ts";
import { global, orderedDict, pickle, str, tuple } from "../engine/io/pickle-writer.ts";
import { png } from "../engine/io/png-files.ts";
import { ganvas, snapshot, temporaryFolder } from "./run-cli.ts";
import { madeUpWeights, waves } from "./samples.ts";

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  const image = waves(24, 20);
  const good = await encodePng(image);
  const jpeg = await sharp(image.data, { raw: { width: 24, height: 20, channels: 3 } })
    .jpeg()
    .toBuffer();
  const weights = madeUpWeights();
  const safetensors = writeSafetensors(weights);
  const files: Record<string, Uint8Array | string> = {
    "good.png": good,
    "good.jpg": jpeg,
    "text.png": "this is a text\n",
    "empty.png": "",
    "truncated.png": good.subarray(0, good.length >> 1),
    "truncated.jpg": jpeg.subarray(0, jpeg.length >> 1),
    "zero.png": png(0, 0, 8, 2, []),
    "bomb.png": png(20_000, 20_000, 8, 2, [0, 0, 0, 0]),
    "drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "net.safetensors": safetensors,
    "short.safetensors": safetensors.subarray(0, safetensors.length - 8),
    "header.safetensors": safetensors.with(12, 0),
    "hostile.pth": pickle([...global("posix", "system"), ...tuple(str("true")), 0x52]),
    "empty.pth": pickle(orderedDict({})),
    "other.safetensors": writeSafetensors(new Map([["conv0.weight", hostTensor(new Float32Array(3), [3])]])),
    "broad.safetensors": writeSafetensors(madeUpWeights({ numBlocks: 1, width: 8 })),
    "wide.safetensors": writeSafetensors(
      new Map(weights).set("body.0.conv2.weight", hostTensor(new Float32Array(6), [2, 3])),
    ),
    "nan.safetensors": writeSafetensors(
      new Map(weights).set("tail.bias", hostTensor(new Float32Array([0, Number.NaN, 0]), [3])),
    ),
    "large.safetensors": writeSafetensors(new Map([["a", hostTensor(new Float32Array([1, 1e6]), [2])]])),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(file(name), content);
  for (const name of ["none", "photos", "taken", "out.png"]) mkdirSync(file(name));
  writeFileSync(file("photos/small.png"), good);
  writeFileSync(file("taken/checkpoint.safetensors"), safetensors);
});

const net = ["--model", "net.safetensors"];
const withModel = (name: string) => ["upscale", "good.png", "x.png", "--model", name];
const train = (...more: string[]) => ["train", "srresnet", "--data", "photos", "--out", "run", ...more];

const trainSRGAN = (...more: string[]) => [
  ...["train", "srgan", "--data", "photos", "--out", "run", "--preset", "srgan-mse"],
  ...["--from", "net.safetensors", ...more],
];

const CASES: readonly [string, readonly string[], RegExp][] = [
  ["no image", ["upscale", "text.png", "x.png", ...net], /text\.png: not an image \(expected PNG, JPEG/],
  ["an empty file", ["upscale", "empty.png", "x.png", ...net], /empty\.png: the file is empty/],
  ["a PNG cut short", ["upscale", "truncated.png", "x.png", ...net], /the image is truncated or damaged/],
  ["a JPEG cut short", ["upscale", "truncated.jpg", "x.png", ...net], /the image is truncated or damaged/],
  ["0×0 pixels", ["upscale", "zero.png", "x.png", ...net], /zero\.png: the image is 0x0 pixels/],
  [
    "a header bomb",
    ["upscale", "bomb.png", "x.png", ...net],
    /20000x20000 pixels; the limit is 100 megapixels/,
  ],
  ["a vector image", ["upscale", "drawing.svg", "x.png", ...net], /svg files are not read/],
  [
    "a missing file",
    ["upscale", "missing.png", "x.png", ...net],
    /cannot read missing\.png: there is no such/,
  ],
  ["a missing folder", ["upscale", "good.png", "no/x.png", ...net], /there is no folder no\n/],
  [
    "a file as folder",
    ["upscale", "good.png", "good.jpg/sub", ...net],
    /cannot write into .*good\.jpg is a file/,
  ],
  ["another format", ["upscale", "good.png", "x.bmp", ...net], /x\.bmp/],
  [
    "two into one",
    ["upscale", "good.png", "good.jpg", "x.png", ...net],
    /several images cannot go into .* x\.png/,
  ],
  [
    "one name for two",
    ["upscale", "good.png", "good.jpg", "x", ...net],
    /good\.png and good\.jpg would both become/,
  ],
  [
    "the original as result",
    ["upscale", "good.png", "good.png", ...net],
    /good\.png would become good\.png, which would replace the original good\.png; name another file/,
  ],
  ["an empty folder", ["upscale", "none", "x", ...net], /the folder none holds no images/],
  ["no output", ["upscale", "good.png", ...net], /upscale takes at least two arguments/],
  ["a negative tile", ["upscale", "good.png", "x.png", ...net, "--tile=-3"], /--tile takes a whole number/],
  ["a tile in words", ["upscale", "good.png", "x.png", ...net, "--tile", "big"], /--tile .* got "big"/],
  ["a tile with exponent", ["upscale", "good.png", "x.png", ...net, "--tile", "1e3"], /--tile .* got "1e3"/],
  ["no value", ["upscale", "good.png", "x.png", "--model"], /upscale: --model needs a value/],
  ["a value too many", ["upscale", "good.png", "x.png", "--json=yes"], /upscale: --json takes no value/],
  [
    "an unknown option",
    ["upscale", "a", "b", "--modell", "x"],
    /upscale has no option --modell; it has --model,/,
  ],
  ["an unknown command", ["upscael"], /there is no command "upscael"; there are upscale, eval, train/],
  ["an inherited name", ["constructor"], /there is no command "constructor"/],
  ["an unknown model", withModel("esrgan"), /there is no model "esrgan"; known are srresnet/],
  ["missing weights", withModel("no.pth"), /cannot read no\.pth/],
  ["a model and a blend", [...withModel("net.safetensors"), "--blend", "0.5"], /leave --model out, or give/],
  [
    "a blend beyond its ends",
    ["upscale", "good.png", "x.png", "--blend", "1.5"],
    /a blend takes a number from 0 to 1, got "1\.5"/,
  ],
  [
    "a blend of two forms",
    withModel("blend:0.5,net.safetensors,broad.safetensors"),
    /net\.safetensors and broad\.safetensors cannot be blended, their networks differ in form: width is 4 and 8\n/,
  ],
  [
    "another network",
    withModel("other.safetensors"),
    /missing \(first head\.conv\.weight \[64, 3, 9, 9\]\).*conv0/,
  ],
  [
    "another shape",
    withModel("wide.safetensors"),
    /body\.0\.conv2\.weight has shape \[2, 3\], expected \[4, 4, 3, 3\]/,
  ],
  [
    "NaN in the weights",
    withModel("nan.safetensors"),
    /tail\.bias holds a value that is not a finite number/,
  ],
  ["no tensors", withModel("empty.pth"), /empty\.pth/],
  ["weights cut short", withModel("short.safetensors"), /it is truncated or damaged/],
  ["a damaged header", withModel("header.safetensors"), /the safetensors header is not valid JSON/],
  ["a hostile pickle", withModel("hostile.pth"), /refuses global 'posix\.system'/],
  ["an image as weights", withModel("good.pth"), /good\.pth/],
  ["export into another format", ["export", "srresnet", "x.pth"], /export writes \.onnx files, not \.pth/],
  ["export without a file", ["export", "srresnet"], /MODEL OUT\.onnx, got "srresnet"/],
  [
    "export into a missing folder",
    ["export", "net.safetensors", "no/x.onnx"],
    /cannot write no\/x\.onnx: there is no folder no\n/,
  ],
  [
    "export of another network",
    ["export", "other.safetensors", "x.onnx"],
    /other\.safetensors does not hold the weights of an SRResNet: .*conv0/,
  ],
  [
    "export of a model that is not there",
    ["export", "cgan", "x.onnx"],
    /there is no model "cgan"; known are/,
  ],
  ["conversion to ONNX", ["convert", "net.safetensors", "x.onnx"], /not \.onnx; export makes \.onnx files/],
  [
    "upscale with a model and a kind of input",
    ["upscale", "--model", "srgan", "--input", "clean", "a.png", "b.png"],
    /--input chooses the model; leave it out where --model or --blend names one/,
  ],
  [
    "upscale of an unknown kind",
    ["upscale", "--input", "old", "a.png", "b.png"],
    /--input takes auto or clean/,
  ],
  [
    "eval of no quality",
    ["eval", "nearest", "--data", "photos", "--jpeg", "40,x"],
    /--jpeg takes qualities from 1/,
  ],
  [
    "eval of one sheet for two qualities",
    ["eval", "nearest", "--data", "photos", "--jpeg", "40,60", "--sheet", "s.png"],
    /--sheet is of one quality/,
  ],
  ["eval without data", ["eval", "bicubic"], /--data is missing/],
  [
    "a table by one protocol",
    ["eval", "nearest", "bicubic", "--data", "photos", "--protocol", "matlab"],
    /eval measures by both protocols where it makes a table/,
  ],
  ["eval without model", ["eval", "--data", "photos"], /eval takes at least one MODEL .*, got nothing/],
  [
    "eval of a missing folder",
    ["eval", "bicubic", "--data", "no"],
    /cannot read the folder no: it does not exist/,
  ],
  ["eval of an empty folder", ["eval", "bicubic", "--data", "none"], /the folder none holds no images/],
  [
    "an unknown protocol",
    ["eval", "bicubic", "--data", "photos", "--protocol", "y"],
    /--protocol takes matlab or/,
  ],
  [
    "an unknown border",
    ["eval", "bicubic", "--data", "photos", "--border", "wrap"],
    /--border takes symmetric or/,
  ],
  ["hostile weights to convert", ["convert", "hostile.pth", "x.safetensors"], /refuses global/],
  ["no folder to draw into", ["draw"], /draw takes a folder to write into: DIR/],
  ["no drawings", ["draw", "out", "--count", "0"], /--count/],
  ["another weights format", ["convert", "net.safetensors", "x.pth"], /convert writes \.safetensors files/],
  [
    "an unknown dtype",
    ["convert", "net.safetensors", "x.safetensors", "--dtype", "f8"],
    /--dtype takes f32 or f16/,
  ],
  [
    "a value beyond f16",
    ["convert", "large.safetensors", "x.safetensors", "--dtype", "f16"],
    /tensor a holds 1000000/,
  ],
  [
    "no folder to convert into",
    ["convert", "net.safetensors", "no/x.safetensors"],
    /there is no folder no\n/,
  ],
  [
    "one file to convert",
    ["convert", "net.safetensors"],
    /convert takes two files.*, got "net\.safetensors"/,
  ],
  [
    "an unknown network",
    ["train", "drgan", "--data", "photos", "--out", "run"],
    /train knows srresnet, srgan.* and [a-z0-9-]+, got "drgan"/,
  ],
  [
    "a generator out of nothing",
    ["train", "srgan", "--data", "photos", "--out", "run", "--preset", "srgan-mse"],
    /SRGAN-MSE begins with a trained SRResNet: name its file by --from/,
  ],
  [
    "a generator of another preset",
    ["train", "srgan", "--data", "photos", "--out", "run", "--preset", "early", "--from", "net.safetensors"],
    /net\.safetensors enlarges by sub-pixel convolutions, SRGAN, first version by transposed ones/,
  ],
  [
    "features from nowhere",
    ["train", "srgan", "--data", "photos", "--out", "run", "--from", "net.safetensors"],
    /name a file of its weights by --vgg/,
  ],
  [
    "features of another network",
    [
      "train",
      "srgan",
      "--data",
      "photos",
      "--out",
      "run",
      "--from",
      "net.safetensors",
      "--vgg",
      "net.safetensors",
    ],
    /net\.safetensors holds no VGG19/,
  ],
  ["an option of another model", train("--vgg", "net.safetensors"), /--vgg belongs to train srgan/],
  [
    "a learning rate that is none",
    [
      "train",
      "srgan",
      "--data",
      "photos",
      "--out",
      "run",
      "--from",
      "net.safetensors",
      "--preset",
      "srgan-mse",
      "--lr",
      "0",
    ],
    /--lr takes a number above 0, got "0"/,
  ],
  [
    "a label that hinge loss does not have",
    [
      ...["train", "srgan", "--data", "photos", "--out", "run", "--from", "net.safetensors"],
      ...["--preset", "srgan-mse", "--gan", "hinge", "--label-smoothing", "0.1"],
    ],
    /--label-smoothing: the hinge loss has no target that could be smoothed to 0\.9/,
  ],
  [
    "a discriminator's option where there is none",
    trainSRGAN("--preset", "srresnet-mse", "--norm", "spectral"),
    /--norm is about the discriminator, and SRResNet-MSE has none/,
  ],
  ["first weights beside trained ones", trainSRGAN("--icnr"), /--icnr is about a generator's first weights/],
  [
    "equal sub-pixels of transposed convolutions",
    ["train", "srgan", "--data", "photos", "--out", "run", "--preset", "early", "--icnr"],
    /--icnr is about sub-pixel convolutions, and SRGAN, first version has none/,
  ],
  [
    "pixels beside pixels",
    trainSRGAN("--pixel-weight", "0.1"),
    /--pixel-weight adds pixels to features, and SRGAN-MSE compares pixels already/,
  ],
  [
    "textures without features",
    trainSRGAN("--texture-weight", "0.1"),
    /--texture-weight is for features and a discriminator together, and SRGAN-MSE has not both/,
  ],
  [
    "a window smaller than the head",
    trainSRGAN("--head", "dense", "--jitter", "on"),
    /--jitter shows less of a patch than the dense head takes: choose --head patch or gap/,
  ],
  [
    "statistics of no generator",
    ["train", "srgan", "--data", "photos", "--out", "run", "--preset", "early", "--frozen-statistics", "on"],
    /--frozen-statistics keeps those of a trained generator: name one by --from/,
  ],
  [
    "a share of nothing",
    trainSRGAN("--adversarial-share", "0"),
    /--adversarial-share takes a number above 0, got "0"/,
  ],
  [
    "no updates between checkpoints",
    trainSRGAN("--checkpoint-every", "0"),
    /--checkpoint-every takes a whole/,
  ],
  ["training SRGAN on nothing", trainSRGAN("--data", "none"), /none holds no images/],
  ["training SRGAN on small images", trainSRGAN(), /no image in photos has 64x64 pixels or more/],
  ["training SRGAN on small images, tiny", trainSRGAN("--size", "tiny"), /has 32x32 pixels or more/],
  ["training without out", ["train", "srresnet", "--data", "photos"], /--out is missing/],
  ["training on nothing", ["train", "srresnet", "--data", "none", "--out", "run"], /holds no images/],
  ["training on small images", train(), /no image in photos has 64x64 pixels or more/],
  [
    "training on damaged images",
    ["train", "srresnet", "--data", ".", "--out", "run"],
    /no photograph to validate on can be read; the first: bomb\.png: .*/,
  ],
  ["no steps", train("--steps", "0"), /--steps takes a whole number of at least 1, got "0"/],
  ["steps and minutes", train("--steps", "5", "--minutes", "1"), /give --steps or --minutes, not both/],
  [
    "an unknown preset",
    train("--preset", "huge"),
    /--preset takes paper or gpu or compact or medium or tiny, got "huge"/,
  ],
  ["nothing to resume", train("--resume"), /there is nothing to resume/],
  ["a run in the way", train("--out", "taken"), /taken holds a run already: add --resume/],
  ["weights as checkpoint", train("--out", "taken", "--resume"), /not a training checkpoint/],
  ["a broken pattern", ["check", "--filter", "("], /--filter takes a regular expression/],
  ["a pattern for nothing", ["check", "--filter", "nosuchop"], /no op matches --filter nosuchop/],
  ["an argument to info", ["info", "please"], /info takes no arguments, got "please"/],
];

describe("bad input", () => {
  test.concurrent.each(CASES)("%s", async (_, args, sentence) => {
    const { code, out, err } = await ganvas(args, { cwd: folder });
    expect(err).toMatch(/^ganvas: .*\n$/);
    expect(err).toMatch(sentence);
    expect([code, out]).toEqual([2, ""]);
  });

  test("leaves the folder as it was", async () => {
    const before = snapshot(folder);
    for (const args of [
      ["upscale", "truncated.jpg", "x.png", ...net],
      ["upscale", "good.png", "x/y.png", ...net],
      ["upscale", "good.png", "x", "--model", "wide.safetensors"],
      ["convert", "hostile.pth", "net.safetensors"],
      train("--out", "taken", "--resume"),
    ])
      expect((await ganvas(args, { cwd: folder })).code).toBe(2);
    expect(snapshot(folder)).toEqual(before);
  });

  test("opens no device to say so", async () => {
    const listLibraries =
      'process.on("exit", () => console.log(process.report.getReport().sharedObjects.join("\\n")))';
    const node = ["--import", `data:text/javascript,${encodeURIComponent(listLibraries)}`];
    for (const args of [["upscale", "text.png", "x.png", ...net], ["--help"], ["upscale", "--help"]]) {
      const { out } = await ganvas(args, { cwd: folder, node });
      expect(out).toContain("libc");
      expect(out).not.toMatch(/dawn\.node|libvulkan/);
    }
  });
});

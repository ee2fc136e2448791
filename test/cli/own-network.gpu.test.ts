/** `upscale` and `eval` with a module that exports a network of the user's own, as a user starts them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { encodePng, readImage } from "../../engine/io/node.ts";
import { root } from "../../examples/setup/paths.mjs";
import { temporaryFolder } from "./run-cli.ts";
import { waves } from "./samples.ts";

const folder = temporaryFolder();
const image = waves(24, 20);

const NETWORK = `import { ConvTranspose2d, Module, type Tensor } from "ganvas";

/** Each pixel as a square of four: a network whose result is known. */
class Repeat extends Module {
  readonly up = new ConvTranspose2d(3, 3, 4, { stride: 4, bias: false });
  constructor() {
    super();
    const weight = new Float32Array(4 * 4 * 3 * 3).map((_, k) => (k % 9 === 0 || k % 9 === 4 || k % 9 === 8 ? 1 : 0));
    this.up.weight.restart(weight);
  }
  forward(x: Tensor): Tensor {
    return this.up.forward(x);
  }
}
export const network = new Repeat();
`;

beforeAll(async () => {
  writeFileSync(join(folder, "repeat.ts"), NETWORK);
  writeFileSync(
    join(folder, "function.mjs"),
    `export default (x) => x.resize([2 * x.shape[1], 2 * x.shape[2]], { method: "nearest" });\n`,
  );
  writeFileSync(join(folder, "nothing.ts"), "export const net = 3;\n");
  writeFileSync(join(folder, "same.js"), "export const network = (x) => x.mean(3);\n");
  writeFileSync(join(folder, "a.png"), await encodePng(image));
  mkdirSync(join(folder, "photos"));
  writeFileSync(join(folder, "photos/b.png"), await encodePng(waves(40, 32)));
});

function ganvas(...args: string[]) {
  const command = [join(root, "examples/cli/run.mjs"), ...args];
  return spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8", timeout: 300_000 });
}

/** Each pixel repeated in a square. */
const repeated = (factor: number) =>
  Array.from({ length: 20 * factor * 24 * factor * 3 }, (_, k) => {
    const [y, x, c] = [Math.floor(k / 3 / (24 * factor)), Math.floor(k / 3) % (24 * factor), k % 3];
    return image.data[(Math.floor(y / factor) * 24 + Math.floor(x / factor)) * 3 + c];
  });

test("upscale with a class of TypeScript, and with a function", async () => {
  const { status, stderr } = ganvas("upscale", "--model", "repeat.ts", "a.png", "four.png");
  expect(status, stderr).toBe(0);
  const four = await readImage(join(folder, "four.png"));
  expect([four.width, four.height, [...four.data]]).toEqual([96, 80, repeated(4)]);
  expect(ganvas("upscale", "--model", "function.mjs", "a.png", "two.png").status).toBe(0);
  const two = await readImage(join(folder, "two.png"));
  expect([two.width, two.height, [...two.data]]).toEqual([48, 40, repeated(2)]);
});

test("eval measures it", () => {
  const score = (model: string) => {
    const { status, stdout, stderr } = ganvas("eval", model, "--data", "photos", "--json");
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout).mean.psnr as number;
  };
  expect(score("repeat.ts")).toBeCloseTo(score("nearest"), 6);
});

test.each([
  ["nothing.ts", /nothing\.ts: should export its network, .* got net\n/],
  [
    "same.js",
    /same\.js: its network should make of pictures \[n, h, w, 3\].*\[1, 128, 128, 3\] becomes \[1, 128, 128\]\n/,
  ],
  ["missing.ts", /cannot read missing\.ts: there is no such file\n/],
])("%s is refused in a sentence", (model, said) => {
  const { status, stderr } = ganvas("upscale", "--model", model, "a.png", "no.png");
  expect([status, stderr]).toEqual([2, expect.stringMatching(said)]);
});

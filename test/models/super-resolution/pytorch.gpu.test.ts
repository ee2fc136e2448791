/**
 * The page on PyTorch, run: its Python code takes our files and gives our output, and what it trains is taken here. Needs a
 * Python with torch: the one named by GANVAS_PYTHON, else `python3`, else the system's.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { type Module, type Tensor, tensor } from "../../../engine/index.ts";
import {
  encodeCheckpoint,
  type HostTensor,
  hostTensor,
  readSafetensors,
  readWeights,
  writeSafetensors,
} from "../../../engine/io/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { SRGANDiscriminator } from "../../../models/super-resolution/srgan-discriminator.ts";
import { SRRESNET_PAPER } from "../../../models/super-resolution/srresnet.ts";
import { parseSRResNet } from "../../../models/super-resolution/srresnet-files.ts";
import { SRGANTraining } from "../../../models/super-resolution/srgan-training.ts";
import { type SRGANChoice, srganRecipe } from "../../../models/super-resolution/srgan-recipe.ts";
import { asSuperResolver } from "../../../models/super-resolution/upscale.ts";
import { madeUpWeights } from "../../cli/samples.ts";

const TOLERANCE = 1e-4;
const SMALL = { ...SRRESNET_PAPER, numBlocks: 2, width: 8 };
const fromRoot = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "ganvas-pytorch-"));
const file = (name: string) => join(folder, name);
let python: string | undefined;

beforeAll(async () => {
  const candidates = [process.env.GANVAS_PYTHON, "python3", "/usr/bin/python3"];
  for (const candidate of candidates.filter((path) => path !== undefined)) {
    const found = await promisify(execFile)(candidate, ["-c", "import torch"]).catch(() => undefined);
    if (found) python ??= candidate;
  }
  const page = readFileSync(fromRoot("engine/docs/pytorch.md"), "utf8");
  for (const [, code = "", name = ""] of page.matchAll(/```python\n(# (\S+\.py)\n.*?)```/gs))
    writeFileSync(file(name), code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one of the page's scripts. */
async function run(context: TestContext, script: string, ...args: readonly string[]): Promise<void> {
  if (python === undefined) return context.skip("there is no Python with torch (GANVAS_PYTHON can name one)");
  await promisify(execFile)(python, [script, ...args], { cwd: folder });
}

/** Random pictures [n, 3, h, w] in a file of that name, and as our tensor [n, h, w, 3]. */
function pictures(path: string, name: string, shape: readonly [number, number, number, number]): Tensor {
  const data = fillUniform(new Float32Array(shape.reduce((a, b) => a * b)), 7, 1, 0, 1);
  writeFileSync(file(path), writeSafetensors(new Map([[name, hostTensor(data, shape)]])));
  return tensor(data, shape).permute([0, 2, 3, 1]);
}

/** The largest difference between a tensor of a file and ours, which must have the same shape and not be all alike. */
async function worst(path: string, name: string, ours: Tensor): Promise<number> {
  const theirs = readSafetensors(readFileSync(file(path)), path).tensors.get(name);
  expect(theirs?.shape).toEqual(ours.shape);
  const values = (await ours.data()) as Float32Array;
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(100 * TOLERANCE);
  const difference = Math.max(...values.map((value, k) => Math.abs(value - Number(theirs?.data[k]))));
  return difference;
}

/** Gives a network weights that leave none of its parts without effect. */
function draw(net: Module): void {
  const dict = [...net.fileShapes()].map(([name, shape], k): [string, HostTensor] => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const fanIn = data.length / (shape[0] ?? 1);
    const bound = shape.length > 1 ? Math.sqrt(6 / fanIn) : 0.2;
    if (/running_var|bn\.?\d?\.weight/.test(name)) fillUniform(data, 3, k, 0.5, 1.5);
    else fillUniform(data, 3, k, -bound, bound);
    return [name, hostTensor(data, shape)];
  });
  net.loadStateDict(new Map(dict), "drawn");
}

/** [n, h, w, 3] -> [n, 3, 4h, 4w], as a file of weights has it enlarged here. */
const enlarge = (path: string, lr: Tensor): Tensor =>
  asSuperResolver(parseSRResNet(readFileSync(path), path), path)
    .forward(lr)
    .permute([0, 3, 1, 2]);

describe("from here to PyTorch", () => {
  test("the project's own weights enlarge as they do here", async (context) => {
    const weights = fromRoot("models/weights/srresnet.safetensors");
    const lr = pictures("lr.safetensors", "lr", [2, 3, 7, 9]);
    await run(context, "enlarge.py", weights, "lr.safetensors", "sr.safetensors");
    expect(await worst("sr.safetensors", "sr", enlarge(weights, lr))).toBeLessThan(TOLERANCE);
  });

  const cases: readonly Pick<SRGANChoice, "head" | "network" | "norm">[] = [
    { head: "dense", norm: "batch", network: { ...SMALL, upsample: "subpixel" } },
    { head: "gap", norm: "batch", network: { ...SMALL, upsample: "deconv" } },
    { head: "patch", norm: "batch", network: SMALL },
    { head: "dense", norm: "spectral", network: SMALL },
    { head: "patch", norm: "none", network: { ...SMALL, padding: "reflect" } },
  ];
  test.for(cases)("a checkpoint of SRGAN holds both networks ($head, $norm)", async (choice, context) => {
    const training = new SRGANTraining(
      srganRecipe({ preset: "srgan-mse", size: "tiny", seed: 3, ...choice }),
    );
    draw(training.generator);
    draw(training.discriminator as Module);
    // In training, so that spectral normalisation finds vectors that belong to these weights.
    const hr = pictures("hr.safetensors", "hr", [3, 3, 32, 32]);
    const judge = () => training.discriminator?.forward(hr.mul(2).sub(1)) as Tensor;
    await judge().data();
    writeFileSync(file("checkpoint.safetensors"), encodeCheckpoint(await training.checkpoint()));

    const lr = pictures("lr.safetensors", "lr", [1, 3, 8, 6]);
    await run(context, "enlarge.py", "checkpoint.safetensors", "lr.safetensors", "sr.safetensors");
    expect(await worst("sr.safetensors", "sr", enlarge(file("checkpoint.safetensors"), lr))).toBeLessThan(
      TOLERANCE,
    );

    await run(context, "judge.py", "checkpoint.safetensors", "hr.safetensors", "judged.safetensors");
    training.discriminator?.eval();
    expect(await worst("judged.safetensors", "logits", judge())).toBeLessThan(TOLERANCE);
  });
});

describe("from PyTorch back", () => {
  test("what tensors do not show is said beside them", async (context) => {
    const lr = pictures("lr.safetensors", "lr", [1, 3, 8, 6]);
    const said = [
      "from networks import *",
      `net = load_generator("${fromRoot("models/weights/srresnet.safetensors")}")`,
      'said = {"architecture": json.dumps({"padding": "reflect"})}',
      'save_file(net.state_dict(), "said.safetensors", metadata=said)',
    ];
    writeFileSync(file("say.py"), said.join("\n"));
    await run(context, "say.py");
    await run(context, "enlarge.py", "said.safetensors", "lr.safetensors", "sr.safetensors");
    expect(parseSRResNet(readFileSync(file("said.safetensors")), "said").config.padding).toBe("reflect");
    expect(await worst("sr.safetensors", "sr", enlarge(file("said.safetensors"), lr))).toBeLessThan(
      TOLERANCE,
    );
  });

  test.for(["dense", "gap"] as const)(
    "a discriminator judges here as it does there (%s)",
    async (head, context) => {
      const recipe = srganRecipe({ preset: "srgan-mse", size: "tiny", network: SMALL, seed: 5, head });
      const training = new SRGANTraining(recipe);
      draw(training.discriminator as Module);
      writeFileSync(file("checkpoint.safetensors"), encodeCheckpoint(await training.checkpoint()));
      // Other weights than those that came from here, as after a training there.
      const changed = [
        "from networks import *",
        'net = load_discriminator("checkpoint.safetensors")',
        'save_file({name: x * 1.25 for name, x in net.state_dict().items()}, "judge.safetensors")',
      ];
      writeFileSync(file("change.py"), changed.join("\n"));
      await run(context, "change.py");
      const hr = pictures("hr.safetensors", "hr", [3, 3, 32, 32]);
      await run(context, "judge.py", "judge.safetensors", "hr.safetensors", "judged.safetensors");
      const judge = new SRGANDiscriminator(recipe.discriminator ?? {}).eval();
      judge.loadStateDict(readWeights(readFileSync(file("judge.safetensors")), "judge"), "judge");
      expect(await worst("judged.safetensors", "logits", judge.forward(hr.mul(2).sub(1)))).toBeLessThan(
        TOLERANCE,
      );
    },
  );

  test("what was trained there enlarges here as it does there, from .safetensors and .pth", async (context) => {
    const options = { numBlocks: 1, width: 8 };
    writeFileSync(file("start.safetensors"), writeSafetensors(madeUpWeights(options)));
    const lr = pictures("lr.safetensors", "lr", [2, 3, 6, 5]);
    await run(context, "train.py", "start.safetensors", "trained", "3");
    await run(context, "enlarge.py", "trained.safetensors", "lr.safetensors", "sr.safetensors");
    expect(await worst("sr.safetensors", "sr", enlarge(file("start.safetensors"), lr))).toBeGreaterThan(
      10 * TOLERANCE,
    );
    for (const trained of ["trained.safetensors", "trained.pth"])
      expect(await worst("sr.safetensors", "sr", enlarge(file(trained), lr)), trained).toBeLessThan(
        TOLERANCE,
      );
  });
});

/** Canaries: faults that are planted, which the checks must catch. A check that passes them says nothing where it passes. */
import { close, idle, init, sub, type Tensor } from "../../../engine/index.ts";
import { opCases } from "../../reference/cases.ts";
import { checkOp } from "../../reference/check.ts";
import { engineBackend } from "../../reference/engine.ts";
import type { OpCase } from "../../reference/cases/case.ts";
import { batch, made, recipe } from "../../models/super-resolution/given.ts";
import { SRResNetTraining } from "../../../models/super-resolution/srresnet-training.ts";
import { job } from "../job.ts";
import { type Row, Tally } from "../row.ts";

const caseOf = (name: RegExp): OpCase => {
  const found = Object.values(opCases)
    .flat()
    .find((each) => name.test(each.name));
  if (!found) throw new Error(`there is no case ${name}`);
  return found;
};

/** The worst error over the allowed one, of values and of gradients. */
async function errorsOf(of: OpCase, backend = engineBackend): Promise<{ forward: number; gradient: number }> {
  const { forward, gradient = 0 } = await checkOp(of, backend);
  return { forward, gradient };
}

/** Changes every shader that the engine compiles from now on. @returns what ends it */
function plantInShaders(change: (code: string) => string): () => void {
  const { prototype } = GPUDevice;
  const original = prototype.createShaderModule;
  prototype.createShaderModule = function (descriptor) {
    return original.call(this, { ...descriptor, code: change(descriptor.code) });
  };
  return () => {
    prototype.createShaderModule = original;
  };
}

const KERNELS: readonly [what: string, of: RegExp, change: (code: string) => string][] = [
  ["exp off by a thousandth", /^exp$/, (code) => code.replaceAll("exp(", "1.001 * exp(")],
  [
    "a matrix product without its last term",
    /^matmul a bᵀ$/,
    (code) => code.replace(/const K = (\d+)u;/, (_, k) => `const K = ${k - 1}u;`),
  ],
];

/** What training holds and has made, between its third update and its tenth. */
async function growth(leak: (loss: Tensor) => void): Promise<readonly string[]> {
  const training = new SRResNetTraining(recipe(1));
  let before: Readonly<Record<string, number>> = {};
  for (let k = 0; k < 10; k++) {
    const loss = training.update(batch(k));
    leak(loss);
    await loss.data();
    if (k === 2) {
      await idle();
      before = await made();
    }
  }
  await idle();
  return Object.entries(await made()).flatMap(([name, now]) => (now === before[name] ? [] : [name]));
}

export async function canaries(): Promise<Row> {
  await init();
  const tally = new Tally();
  const caught = (what: string, isCaught: boolean, sound: boolean) =>
    tally.add(
      what,
      isCaught ? undefined : "not caught",
      sound ? undefined : "the check fails without it, too",
    );

  for (const [what, of, change] of KERNELS) {
    await close();
    const end = plantInShaders(change);
    const planted = await errorsOf(caseOf(of)).finally(end);
    await close();
    const sound = await errorsOf(caseOf(of));
    caught(`wrong kernel: ${what}`, planted.forward > 1, sound.forward <= 1 && sound.gradient <= 1);
  }

  // The value stays; a hundredth is added to its derivative.
  const { ops } = engineBackend;
  const tilted = (x: Tensor) => ops.add(ops.square(x), ops.mul(sub(x, x.detach()), 0.01));
  const square = caseOf(/^square\b/);
  const wrong = await errorsOf(square, {
    ...engineBackend,
    ops: new Proxy(ops, { get: (all, name) => (name === "square" ? tilted : Reflect.get(all, name)) }),
  });
  const right = await errorsOf(square);
  caught(
    "wrong gradient: that of a square, by 0.01",
    wrong.forward <= 1 && wrong.gradient > 1,
    right.gradient <= 1,
  );

  const held: Tensor[] = [];
  const leaking = await growth((loss) => held.push(loss.mul(2).keep()));
  for (const each of held) each.dispose();
  const steady = await growth(() => {});
  caught(
    "leak: a number a step that is kept and forgotten",
    leaking.includes("buffersCreated"),
    steady.length === 0,
  );
  await job();
  return tally.row("canary", "planted wrong kernel, wrong gradient, leak");
}

/** Updates that cannot run: they are told once, count as never made, and what was built on them is refused. */
import { describe, expect, test } from "vitest";
import { DeviceError } from "../../engine/errors.ts";
import { type EffectOp, Node } from "../../engine/graph/node.ts";
import { runtime } from "../../engine/graph/runtime.ts";
import {
  Adam,
  close,
  flush,
  grad,
  idle,
  init,
  mul,
  Parameter,
  SGD,
  stats,
  sum,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { assign } from "../../engine/ops/state.ts";
import { impossible } from "./impossible.ts";

await init();

const read = async (x: Tensor) => [...(await x.data())];
/** A parameter whose value lies on the GPU already. */
const used = async (...values: number[]) => {
  const p = new Parameter("p", [values.length], Float32Array.from(values));
  await read(mul(p, 1));
  return p;
};

/** An update whose kernel does not compile. */
function breakUpdate(p: Parameter, inputs: readonly Tensor[] = []): void {
  const op: EffectOp = {
    kind: "effect",
    name: "broken",
    launches: () => [
      {
        name: "broken.wgsl",
        source: "fn main() { let x = undeclared; }",
        constants: {},
        bindings: [{ state: 0, write: true }],
        grid: [1, 1, 1],
      },
    ],
  };
  const effect = new Node(
    op,
    inputs.map((x) => x.node),
    [],
    "f32",
    { writes: [p.state] },
  );
  runtime.addEffect(effect);
  p.updatedBy(effect);
}

describe("an update whose kernel does not compile", () => {
  test("is told once, and the parameter keeps its value", async () => {
    const p = await used(1, 2);
    const before = mul(p, 10);
    breakUpdate(p);
    const after = mul(p, 10);
    await expect(idle()).rejects.toThrow(DeviceError);
    expect(await read(p)).toEqual([1, 2]);
    expect(await read(before)).toEqual([10, 20]);
    await expect(after.data()).rejects.toThrow(
      /^p was not updated by broken: shader broken\.wgsl does not compile/,
    );
    expect(await read(mul(p, 10))).toEqual([10, 20]);
  });
  test("does not keep later updates from running", async () => {
    const p = await used(1, 2);
    breakUpdate(p);
    const lost = mul(p, 10);
    await expect(idle()).rejects.toThrow("does not compile");
    assign(p, tensor([3, 4]));
    const after = mul(p, 10).keep();
    assign(p, tensor([5, 6]));
    expect(await read(p)).toEqual([5, 6]);
    expect(await read(after)).toEqual([30, 40]);
    // Its version number exists again, made by another update.
    await expect(lost.data()).rejects.toThrow("p was not updated by broken");
  });
  test("takes along what was scheduled or recorded on top of it before anybody knew", async () => {
    const p = await used(1, 2);
    const q = await used(7);
    breakUpdate(p);
    flush();
    const read1 = read(mul(p, 10));
    assign(p, mul(p, 2));
    assign(q, tensor([8]));
    flush();
    assign(p, mul(p, 2));
    const read2 = read(mul(p, 100));
    await expect(read1).rejects.toThrow("does not compile");
    await expect(read2).rejects.toThrow(/does not compile|p was not updated/);
    await idle().catch(() => {});
    expect(await read(p)).toEqual([1, 2]);
    assign(p, mul(p, 2));
    expect(await read(p)).toEqual([2, 4]);
    // Another parameter's update in a run of its own is none of its business; in a doomed run it is lost as well.
    assign(q, tensor([9]));
    expect(await read(q)).toEqual([9]);
  });
  test("in a part of an optimiser's buffer leaves the whole as it is", async () => {
    const p = await used(1, 2);
    const adam = new Adam([p], { lr: 1 });
    const step = () => adam.step(grad(sum(mul(p, 5)), [p]));
    step();
    await idle();
    const [first] = await read(p);
    expect(first).toBeCloseTo(0, 4);
    breakUpdate(p);
    await expect(idle()).rejects.toThrow("does not compile");
    expect((await read(p))[0]).toBe(first);
    step();
    expect((await read(p))[0]).toBeCloseTo(-1, 4);
  });
});

describe("updates recorded before the device is open", () => {
  test("run step by step through one program, in order", async () => {
    await close();
    const p = new Parameter("p", [2], Float32Array.of(1, 2));
    const adam = new Adam([p], { lr: 1 });
    const losses: Tensor[] = [];
    for (let k = 0; k < 12; k++) {
      const loss = sum(mul(p, 5));
      losses.push(loss);
      adam.step(grad(loss, [p]));
      flush();
    }
    const all = await Promise.all(losses.map((loss) => loss.item()));
    expect(all.map(Math.round)).toEqual(losses.map((_, k) => 15 - 10 * k));
    expect((await read(p)).map(Math.round)).toEqual([-11, -10]);
    // However many steps: the update, the loss by itself, and what reading needs.
    expect((await stats()).programs).toBeLessThanOrEqual(5);
  });
  test.each(["keep", "watch"] as const)("do not take what a later one is to %s", async (how) => {
    await close();
    const [p, q] = [3, 5].map((value) => new Parameter("p", [1], Float32Array.of(value)));
    const [first, second] = [p, q].map((x) => new SGD([x as Parameter], { lr: 0.1 }));
    const product = mul(tensor([2]), tensor([4]));
    first?.step([mul(product, 2)]);
    flush();
    product[how]();
    second?.step([mul(product, 3)]);
    flush();
    const view = product.reshape([])[how]();
    flush();
    const all = await Promise.all([p, q, product, view].map((x) => (x as Tensor).item()));
    expect(all).toEqual([expect.closeTo(1.4, 5), expect.closeTo(2.6, 5), 8, 8]);
    await idle();
  });
  test("that cannot be computed are told by the first read, and spoil nothing else", async () => {
    await close();
    const p = new Parameter("p", [2], Float32Array.of(1, 2));
    mul(p, 1).keep();
    assign(p, impossible(p));
    flush();
    assign(p, mul(p, 3));
    await expect(p.data()).rejects.toThrow(/this cannot be computed|was not updated/);
    assign(p, mul(p, 3));
    expect(await read(p)).toEqual([3, 6]);
  });
});

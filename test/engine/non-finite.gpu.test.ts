/** The search for the first number that is not finite: the right op, layer, update and input are named. */
import { afterEach, describe, expect, test } from "vitest";
import { NonFiniteError, type NonFiniteReport } from "../../engine/errors.ts";
import {
  Adam,
  BatchNorm,
  Conv2d,
  close,
  flush,
  grad,
  idle,
  init,
  Initializer,
  Module,
  mean,
  nameLayers,
  Parameter,
  stats,
  sum,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { debugNonFinite } from "../../engine/inspect/index.ts";

// A new device counts updates from 0, whatever other tests of this process have trained.
await close();
await init();

afterEach(() => debugNonFinite(false));

/** What is told about reading a tensor, while the search is on. */
async function reportOf(read: () => Promise<unknown>): Promise<NonFiniteReport & { message: string }> {
  debugNonFinite(true);
  const error = await read().then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(NonFiniteError);
  const { report, message } = error as NonFiniteError;
  return { ...report, message };
}

describe("the first number that is not finite", () => {
  test("is blamed on the op that made it, not on those that carried it on", async () => {
    const x = tensor([
      [4, 3],
      [2, 0],
    ]);
    const y = x.sub(2).mul(3).reciprocal().add(1).exp().sum();
    const report = await reportOf(() => y.data());
    expect(report).toMatchObject({
      role: "result",
      op: "reciprocal",
      shape: [2, 2],
      nan: 0,
      infinite: 1,
      first: [1, 0],
      step: undefined,
      inputs: [{ name: "mul", shape: [2, 2], largest: 6 }],
    });
    expect(report.message).toBe(
      "reciprocal made 1 infinite of 4 numbers of shape [2, 2], the first at [1, 0]; what it was computed from was finite: mul [2, 2] of magnitude up to 6.00",
    );
  });
  test("NaN and infinite numbers are told apart and counted", async () => {
    const y = tensor([1, 0, -1, 0, 5]).div(tensor([0, 0, 0, 0, 5]));
    expect(await reportOf(() => y.data())).toMatchObject({ op: "div", nan: 2, infinite: 2, first: [0] });
  });
  test("overflow of a sum is found too, and so is one inside a matrix product", async () => {
    const x = tensor(new Float32Array(300).fill(3e38));
    expect(await reportOf(() => sum(x).data())).toMatchObject({ op: "sum", infinite: 1 });
    const a = tensor(new Float32Array(64).fill(1e20), [8, 8]);
    expect(await reportOf(() => a.matmul(a).add(1).data())).toMatchObject({ op: "matmul", infinite: 64 });
  });
  test("is said to have been given where it was there before", async () => {
    const x = tensor([1, Number.NaN, 3, Number.NEGATIVE_INFINITY]);
    const report = await reportOf(() => tensor([1, 2, 3, 4]).add(x).mul(2).data());
    expect(report).toMatchObject({ role: "given", op: "add", nan: 1, infinite: 1, first: [1] });
    const p = new Parameter("slopes", [2, 2], Float32Array.of(1, 2, 3, Number.POSITIVE_INFINITY));
    expect(
      (
        await reportOf(() =>
          tensor([
            [1, 0],
            [0, 1],
          ])
            .matmul(p)
            .data(),
        )
      ).message,
    ).toBe("matmul was given slopes with 1 infinite of 4 numbers of shape [2, 2], the first at [1, 1]");
  });
  test("whole numbers whose bits look like NaN are none", async () => {
    debugNonFinite(true);
    const x = tensor(Int32Array.of(0x7fc00000, 0x7f800000, -1));
    expect(await x.add(1).data()).toEqual(Int32Array.of(0x7fc00001, 0x7f800001, 0));
  });
  test("half precision overflows from 65520 on, at an odd place too", async () => {
    const x = tensor([1, -2, 65504, 4, -60000], [5], "f16");
    const report = await reportOf(() => x.mul(2).data());
    expect(report).toMatchObject({ infinite: 2, nan: 0, first: [2], shape: [5] });
    expect(report.inputs).toMatchObject([{ shape: [5], largest: 65504 }]);
    debugNonFinite(true);
    expect(await x.mul(0.5).data()).toEqual(Float32Array.of(0.5, -1, 32752, 2, -30000));
  });
  test("the largest finite and the smallest denormal numbers are finite", async () => {
    debugNonFinite(true);
    const x = tensor([3.4028234663852886e38, -3.4028234663852886e38, 1e-45, 0]);
    expect((await x.maximum(-1e38).data())[0]).toBe(3.4028234663852886e38 as number);
  });
});

describe("in training", () => {
  /** 1 / relu(p), whose parameter falls by 1 in every step: 2.5, 1.5, 0.5, -0.5. */
  const run = () => {
    const p = new Parameter("p", [3], Float32Array.of(9, 2.5, 9));
    const adam = new Adam([p], { lr: 1 });
    return () => {
      const loss = sum(p.relu().mul(1).reciprocal().neg());
      adam.step(grad(loss, [p]));
      flush();
      return loss;
    };
  };
  test("the update is told", async () => {
    const step = run();
    debugNonFinite(true);
    for (let k = 1; k <= 3; k++) expect(Number.isFinite(await step().item())).toBe(true);
    const report = await reportOf(() => step().item());
    expect(report).toMatchObject({ op: "reciprocal", infinite: 1, first: [1], step: 4, running: true });
    expect(report.message).toMatch(
      /^reciprocal made 1 infinite of 3 numbers of shape \[3\], the first at \[1\], in update 4;/,
    );
  });
  test("also where nothing is read: by the next wait", async () => {
    const step = run();
    debugNonFinite(true);
    for (let k = 1; k <= 6; k++) step();
    expect((await reportOf(() => idle())).step).toBe(4);
  });
  test("what the gradient alone makes is blamed on the layer's backward pass", async () => {
    class Root extends Module {
      readonly scale = new Parameter("scale", [2], Float32Array.of(0, 4));
      forward(x: Tensor): Tensor {
        return x.mul(this.scale).sqrt();
      }
    }
    class Net extends Module {
      readonly roots: readonly Root[] = [new Root()];
      forward(x: Tensor): Tensor {
        return mean((this.roots[0] as Root).forward(x).mul(3));
      }
    }
    const net = nameLayers(new Net(), "net");
    const loss = net.forward(tensor([1, 1]));
    const [root] = net.roots as [Root];
    const [g] = grad(loss, [root.scale]) as [Tensor];
    debugNonFinite(true);
    expect(await loss.item()).toBe(3);
    expect(await reportOf(() => g.data())).toMatchObject({
      layer: "net.roots.0 (backward)",
      infinite: 1,
      shape: [2],
    });
  });
  test("a convolution with batch norm that trains well is left alone, gaps between parameters included", async () => {
    class Net extends Module {
      readonly conv = new Conv2d(1, 3, 3, new Initializer(1), { padding: 1 });
      readonly bn = new BatchNorm(3);
      forward(x: Tensor): Tensor {
        return this.bn.forward(this.conv.forward(x)).relu();
      }
    }
    const net = new Net();
    const adam = new Adam(net.parameters().values());
    const x = tensor(
      Float32Array.from({ length: 50 }, (_, i) => Math.sin(i)),
      [2, 5, 5, 1],
    );
    const losses: number[] = [];
    const step = async () => {
      const loss = mean(net.forward(x).sub(1).square());
      adam.step(grad(loss, adam.parameters));
      losses.push(await loss.item());
    };
    debugNonFinite(true);
    for (let k = 0; k < 3; k++) await step();
    await idle();
    expect(losses[2]).toBeLessThan(losses[0] as number);
  });
  test("state that an update leaves is looked through: a second moment that overflows", async () => {
    const p = new Parameter("p", [2], Float32Array.of(1, 2));
    const adam = new Adam([p]);
    debugNonFinite(true);
    adam.step(grad(sum(p.mul(tensor([1, 1e30]))), [p]));
    expect(await reportOf(() => idle())).toMatchObject({
      role: "state",
      op: "adam",
      infinite: 1,
      first: [1],
      step: 1,
    });
  });
});

test("off, the search costs nothing: the same program with the same dispatches", async () => {
  const x = tensor([1, 2, 3, 4]);
  const run = async () => {
    const before = await stats();
    const y = tensor(await x.mul(2).exp().add(1).sqrt().data());
    expect((await y.data()).length).toBe(4);
    const after = await stats();
    return {
      dispatches: after.dispatches - before.dispatches,
      pipelines: after.pipelines,
      programs: after.programs,
    };
  };
  const first = await run();
  expect(first.dispatches).toBe(1);
  debugNonFinite(true);
  const searching = await run();
  // Four ops, a look at the input, and one at each result.
  expect(searching.dispatches).toBe(9);
  debugNonFinite(false);
  expect(await run()).toEqual({ ...searching, dispatches: 1 });
  expect(await x.log().mul(0).div(0).data()).toEqual(new Float32Array(4).fill(Number.NaN));
});

/** Parameters and their updates: which value a tensor sees, and when. */
import { describe, expect, test } from "vitest";
import {
  Adam,
  add,
  BatchNorm,
  detach,
  flush,
  grad,
  idle,
  matmul,
  mean,
  mul,
  Parameter,
  sum,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { assign, lerp } from "../../engine/ops/state.ts";

const parameter = (...values: number[]) => new Parameter("p", [values.length], Float32Array.from(values));
const read = async (x: Tensor) => [...(await x.data())];
/** A parameter whose value lies on the GPU already. */
const used = async (...values: number[]) => {
  const p = parameter(...values);
  await read(mul(p, 1));
  return p;
};

describe("a parameter", () => {
  test("reads as its newest value, before and after the update has run", async () => {
    const p = await used(1, 2);
    assign(p, tensor([3, 4]));
    expect(await read(p)).toEqual([3, 4]);
    expect(await read(p)).toEqual([3, 4]);
    lerp(p, tensor([5, 6]), 0.5);
    await idle();
    expect(await read(p)).toEqual([4, 5]);
  });
  test("several updates in one program happen in order", async () => {
    const p = await used(1, 2);
    const seen: Tensor[] = [mul(p, 10)];
    for (let k = 0; k < 3; k++) {
      assign(p, add(p, 1));
      seen.push(mul(p, 10));
    }
    for (const x of seen) x.keep();
    expect(await Promise.all(seen.map(read))).toEqual([
      [10, 20],
      [20, 30],
      [30, 40],
      [40, 50],
    ]);
    expect(await read(p)).toEqual([4, 5]);
  });
  test("after a step of Adam reads as the updated value", async () => {
    const p = parameter(1, 2, 3);
    const adam = new Adam([p], { lr: 0.1 });
    for (let k = 1; k <= 3; k++) {
      adam.step(grad(sum(mul(p, 5)), [p]));
      expect((await read(p)).map((v) => Math.round(v * 1e4) / 1e4)).toEqual(
        [1, 2, 3].map((v) => Math.round((v - 0.1 * k) * 1e4) / 1e4),
      );
    }
  });
  test("read by a kernel with a store of its own right after the update, has the updated value", async () => {
    const p = await used(1, 2);
    lerp(
      p,
      sum(
        tensor([
          [1, 10],
          [3, 30],
        ]),
        0,
      ),
      0.5,
    );
    expect(await read(mul(p, 10))).toEqual([25, 210]);
  });
  test("takes another initial value without a kernel, unless something was made of the first", async () => {
    const fresh = parameter(1, 2);
    assign(fresh, tensor([3, 4]));
    expect(await read(fresh)).toEqual([3, 4]);
    const p = parameter(1, 2);
    const before = mul(p, 10);
    assign(p, tensor([3, 4]));
    expect(await read(before)).toEqual([10, 20]);
    expect(await read(p)).toEqual([3, 4]);
  });
});

describe("what was made of a parameter before its update", () => {
  test("keeps its value in the program that updates it", async () => {
    const p = await used(1, 2);
    const before = mul(p, 10);
    assign(p, tensor([3, 4]));
    expect(await read(before)).toEqual([10, 20]);
    expect(await read(mul(p, 10))).toEqual([30, 40]);
  });
  test("also where it is the same numbers in another shape, or detached", async () => {
    for (const copy of [(x: Tensor) => x.reshape([2, 1]), detach, (x: Tensor) => x.slice([1], [2])]) {
      const p = await used(1, 2);
      const before = copy(p);
      const want = await read(copy(tensor([1, 2])));
      assign(p, tensor([3, 4]));
      expect(await read(before)).toEqual(want);
      expect(await read(p)).toEqual([3, 4]);
    }
  });
  test("also as an operand of something recorded after the update", async () => {
    for (const copy of [(x: Tensor) => x.reshape([1, 2]), (x: Tensor) => mul(x, 1).reshape([1, 2])]) {
      const p = await used(1, 2);
      const before = copy(p);
      assign(p, tensor([3, 4]));
      expect(await read(add(before, p))).toEqual([4, 6]);
      const q = await used(1, 2);
      const old = copy(q);
      assign(q, tensor([3, 4]));
      expect(await read(matmul(old, tensor([[1], [10]])))).toEqual([21]);
    }
  });
  test("is told to be kept where it is asked for too late", async () => {
    const p = await used(1, 2);
    const before = mul(p, 10);
    const kept = mul(p, 100).keep();
    assign(p, tensor([3, 4]));
    await idle();
    await expect(before.data()).rejects.toThrow(
      /after p had been updated, from which it is computed; call watch\(\) or keep\(\) on it before/,
    );
    expect(await read(kept)).toEqual([100, 200]);
  });
  test("asked for too late spoils nothing else", async () => {
    const p = await used(1, 2);
    const stale = mul(p, 10);
    const stale2 = mul(p, 20);
    assign(p, tensor([3, 4]));
    await idle();
    stale.keep();
    await expect(stale.data()).rejects.toThrow("keep()");
    expect(await read(mul(p, 2))).toEqual([6, 8]);
    const q = await used(1, 2);
    assign(q, stale2);
    await expect(q.data()).rejects.toThrow("keep()");
    expect(await read(mul(p, 3))).toEqual([9, 12]);
    expect(await read(q)).toEqual([1, 2]);
    assign(q, tensor([5, 6]));
    expect(await read(q)).toEqual([5, 6]);
  });
  test("a loss can be read after the step it was for, also long after", async () => {
    const p = parameter(2);
    const adam = new Adam([p], { lr: 1 });
    const losses = Array.from({ length: 3 }, () => {
      const loss = sum(mul(p, 3));
      adam.step(grad(loss, [p]));
      flush();
      return loss;
    });
    const values = await Promise.all(losses.map((loss) => loss.item()));
    [6, 3, 0].forEach((want, k) => {
      expect(values[k]).toBeCloseTo(want, 3);
    });
  });
});

describe("moving parameters into an optimiser", () => {
  test("keeps their values", async () => {
    const all = [parameter(1, 2), await used(3), parameter(4, 5, 6)];
    const adam = new Adam(all);
    expect(await Promise.all(all.map(read))).toEqual([[1, 2], [3], [4, 5, 6]]);
    expect(await Promise.all((adam.state.get("exp_avg") ?? []).map(read))).toEqual([[0, 0], [0], [0, 0, 0]]);
  });
  test("what was made of them before says that it must be kept", async () => {
    const p = await used(1, 2);
    const before = mul(p, 10);
    const kept = mul(p, 100).keep();
    await idle();
    new Adam([p]);
    await expect(before.data()).rejects.toThrow("keep()");
    expect(await read(kept)).toEqual([100, 200]);
    expect(await read(p)).toEqual([1, 2]);
  });
  test("one may be assigned to another", async () => {
    const a = parameter(1, 2);
    const b = parameter(3, 4);
    new Adam([a, b]);
    assign(a, b);
    expect(await read(a)).toEqual([3, 4]);
    lerp(b, b, 0.5);
    expect(await read(b)).toEqual([3, 4]);
  });
  test("is refused a second time, by name", () => {
    const p = parameter(1);
    new Adam([p]);
    expect(() => new Adam([p])).toThrow("p belongs to an optimiser already");
  });
  test("refuses gradients of another number or shape by name", () => {
    const p = parameter(1, 2);
    const adam = new Adam([p]);
    expect(() => adam.step([])).toThrow("the optimiser has 1 parameters, got 0 gradients");
    expect(() => adam.step([tensor([1, 2, 3])])).toThrow(
      /gradient 0 has shape \[3\], its parameter \(p\) \[2\]/,
    );
  });
});

describe("batch norm", () => {
  const x = tensor([1, 10, 3, 30, 5, 50, 7, 70], [4, 2]);
  const rounded = async (y: Tensor) => (await read(y)).map((v) => Math.round(v * 1e3) / 1e3);

  test("moves its running statistics once a forward pass in training, whether the result is read or not", async () => {
    const norm = new BatchNorm(2);
    norm.forward(x);
    expect(await rounded(norm.running_mean)).toEqual([0.4, 4]);
    // Unbiased variances: 20 / 3 and 2000 / 3.
    expect(await rounded(norm.running_var)).toEqual([1.567, 67.567]);
    const y = norm.forward(x);
    await y.data();
    await mean(y).data();
    expect(await rounded(norm.running_mean)).toEqual([0.76, 7.6]);
  });
  test("in evaluation uses them and leaves them alone", async () => {
    const norm = new BatchNorm(2, { eps: 0 });
    norm.running_mean.state.restart(Float32Array.of(1, 10));
    norm.running_var.state.restart(Float32Array.of(4, 400));
    norm.eval();
    expect(await rounded(norm.forward(x))).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(await rounded(norm.running_mean)).toEqual([1, 10]);
    norm.train();
    expect((await rounded(norm.forward(x))).slice(0, 2)).toEqual([-1.342, -1.342]);
    expect(await rounded(norm.running_mean)).toEqual([1.3, 13]);
  });
  test("evaluation after training sees what training left", async () => {
    const norm = new BatchNorm(2, { momentum: 1, eps: 0 });
    norm.forward(x);
    norm.eval();
    const y = norm.forward(x);
    const scale = Math.sqrt(3 / 4);
    expect(await rounded(y)).toEqual(
      (await rounded(mul(new BatchNorm(2, { eps: 0 }).forward(x), scale))).map((v) => v),
    );
  });
  test("needs two values a channel", () => {
    expect(() => new BatchNorm(2).forward(tensor([1, 2], [1, 2]))).toThrow(
      "training needs at least 2 values",
    );
  });
});

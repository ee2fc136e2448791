/** What `grad` records and refuses; its numbers are checked against the reference on a device. */
import { describe, expect, test } from "vitest";
import { GanvasError, ShapeError } from "../../engine/errors.ts";
import { type KernelOp, Node } from "../../engine/graph/node.ts";
import {
  add,
  argmax,
  detach,
  eq,
  gather,
  gt,
  grad,
  mul,
  Parameter,
  sum,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { assign } from "../../engine/ops/state.ts";
import { record } from "../../engine/tensor.ts";

const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);

describe("grad", () => {
  test("gives each x a gradient of its shape", () => {
    const row = tensor([1, 2, 3]);
    const scalar = tensor(2);
    const y = sum(mul(mul(x, row), scalar));
    expect(grad(y, [x, row, scalar, y]).map((g) => g.shape)).toEqual([[2, 3], [3], [], []]);
  });
  test("gives zeros, which need no memory, to what y does not depend on", () => {
    const [away, cut] = grad(sum(x), [tensor([1, 2]), detach(x)]) as [Tensor, Tensor];
    expect([away.node.op.name, away.node.attributes.value, away.shape]).toEqual(["constant", 0, [2]]);
    expect([cut.node.op.name, cut.node.attributes.value, cut.shape]).toEqual(["constant", 0, [2, 3]]);
  });
  test("passes no gradient through detach or comparisons", () => {
    for (const y of [sum(detach(x)), sum(gt(x, 2))]) {
      const [g] = grad(y, [x]) as [Tensor];
      expect([g.node.op.name, g.node.attributes.value]).toEqual(["constant", 0]);
    }
  });
  test("the gradient of y by itself is what y receives", () => {
    const dy = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    expect((grad(x, [x], dy)[0] as Tensor).node).toBe(dy.node);
  });
  test("an x given twice gets its gradient twice", () => {
    const [a, b] = grad(sum(mul(x, 3)), [x, x]) as [Tensor, Tensor];
    expect(a.node).toBe(b.node);
  });
  test("differentiation ends at state that was written: nothing flows through an assignment", () => {
    const p = new Parameter("p", [3], new Float32Array(3));
    const before = sum(mul(p, 2));
    const row = tensor([1, 2, 3]);
    assign(p, add(row, 1));
    const [byRow, byP] = grad(sum(mul(p, 2)), [row, p]) as [Tensor, Tensor];
    expect([byRow.node.op.name, byRow.node.attributes.value]).toEqual(["constant", 0]);
    expect(byP.shape).toEqual([3]);
    expect(byP.node.attributes.value).not.toBe(0);
    // The value that p had is another tensor than the one it has now.
    expect((grad(before, [p])[0] as Tensor).node.attributes.value).toBe(0);
  });

  test("needs a single number, or what it receives", () => {
    expect(() => grad(x, [x])).toThrow(
      new ShapeError("grad: needs a single number to differentiate, got shape [2, 3]; pass dy or take a sum"),
    );
    expect(() => grad(x, [x], tensor([1, 2]))).toThrow(
      new ShapeError("grad: dy has shape [2], y has [2, 3]"),
    );
    expect(grad(x.slice([0, 0], [1, 1]), [x])[0]?.shape).toEqual([2, 3]);
  });
  test("refuses whole numbers by the name of the op that made them", () => {
    expect(() => grad(argmax(x), [x])).toThrow(
      new GanvasError("grad: y (argmax) is of type i32; whole numbers have no derivative"),
    );
    expect(() => grad(sum(x), [x, tensor(Int32Array.of(1))])).toThrow(
      new GanvasError("grad: x 1 (source) is of type i32; whole numbers have no derivative"),
    );
  });
  test("flows through what an index picked, and not through the index", () => {
    const best = argmax(x, 1, { keepDims: true });
    const [g] = grad(sum(gather(x, best, 1)), [x]) as [Tensor];
    expect(g.node.op.name).not.toBe("constant");
    const [none] = grad(sum(eq(best, 0)), [x]) as [Tensor];
    expect([none.node.op.name, none.node.attributes.value]).toEqual(["constant", 0]);
  });
  test("names an op without derivative, and one whose derivative has a wrong shape", () => {
    const kernel = (extra: Partial<KernelOp>): KernelOp => ({
      kind: "kernel",
      name: "histogram",
      launches: () => [],
      ...extra,
    });
    const of = (op: KernelOp) => sum(record(op, [x], [4]));
    expect(() => grad(of(kernel({})), [x])).toThrow(new GanvasError("grad: histogram has no derivative"));
    expect(grad(of(kernel({})), [tensor(1)])[0]?.shape).toEqual([]);
    const wrong = kernel({ gradient: (dy) => [dy] });
    expect(() => grad(of(wrong), [x])).toThrow(
      "grad: histogram gave input 0 a gradient of shape [4] instead of [2, 3]",
    );
  });
  test("walks a graph in which each value is used twice without walking every path", () => {
    let y: Tensor = x;
    for (let k = 0; k < 200; k++) y = add(y, y);
    const first = new Node(x.node.op, [], [], "f32").id;
    grad(sum(y), [x]);
    expect(new Node(x.node.op, [], [], "f32").id - first).toBeLessThan(1000);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  batchNorm,
  conv2d,
  exp,
  expand,
  grad,
  matmul,
  mean,
  mse,
  mul,
  permute,
  pixelShuffle,
  Parameter,
  prelu,
  relu,
  softmax,
  square,
  sub,
  sum,
  Tensor,
  tanh,
  tensor,
  variance,
} from "../../../engine/index.ts";
import { Node, type PointwiseOp } from "../../../engine/graph/node.ts";
import { lerp } from "../../../engine/ops/state.ts";
import { sizeOf } from "../../../engine/shape.ts";
import { engineBackend } from "../../reference/engine.ts";
import { randomGraph } from "./random-graph.ts";
import { compile, HARDWARE, SOFTWARE } from "./trace.ts";

const numbers = (...shape: number[]): Tensor => tensor(new Float32Array(sizeOf(shape)), shape);

describe("what becomes one kernel", () => {
  const x = numbers(2, 6, 6, 4);
  const w = numbers(3, 3, 4, 8);
  const b = numbers(8);
  const convolved = () => conv2d(x, w, { padding: 1 });

  test("a chain of pointwise ops", () => {
    expect(compile([tanh(add(mul(x, 2), exp(x)))]).stored).toEqual(["tanh"]);
  });
  test("bias and activation in the convolution's store", () => {
    const { steps, kernels } = compile([relu(add(convolved(), b))]);
    expect(steps.map(({ root, outputs }) => [root.op.name, outputs.map(({ op }) => op.name)])).toEqual([
      ["conv2d", ["relu"]],
    ]);
    expect(kernels).toHaveLength(1);
  });
  test("the same after a matrix product and after a reduction", () => {
    expect(compile([tanh(add(matmul(numbers(5, 8), numbers(8, 3)), numbers(3)))]).stored).toEqual(["tanh"]);
    expect(compile([exp(sum(x, [1, 2]))]).stored).toEqual(["exp"]);
  });
  test("pixel shuffle and its activation read the convolution's result once", () => {
    const y = prelu(pixelShuffle(add(convolved(), b), 2), numbers(2));
    expect(compile([y]).steps).toHaveLength(2);
  });
  test("a mean, and a variance with its mean", () => {
    expect(compile([mean(x)]).stored).toEqual(["mul"]);
    const [statistics, ...others] = compile([variance(x, [0, 1, 2]), mean(x, [0, 1, 2])]).steps;
    expect(others).toEqual([]);
    expect(statistics?.moments).toBe(true);
    // Around anything but its own mean there is no such form.
    expect(compile([sum(square(sub(x, mean(x, [0, 1]))), [0, 1, 2])]).steps).toHaveLength(2);
  });
  test("batch norm with activation and residual: statistics, and one pass", () => {
    const y = add(x, relu(batchNorm(x, numbers(4), numbers(4))));
    expect(compile([y]).steps).toHaveLength(2);
  });
  test("batch norm and its gradient: statistics, normalised values; the sums, gradient", () => {
    const [gamma, beta, dy] = [numbers(4), numbers(4), numbers(2, 6, 6, 4)];
    const y = batchNorm(x, gamma, beta);
    const { steps } = compile([y, ...grad(y, [x, gamma, beta], dy)], { ...SOFTWARE, maxBindings: 16 });
    expect(steps.map(({ reduced }) => reduced.length)).toEqual([2, 1, 3, 1]);
  });
  test("what does not change along the summed axes is taken out of a sum", () => {
    const scale = numbers(4);
    expect(compile([sum(mul(x, scale), [0, 1, 2]), sum(x, [0, 1, 2])]).steps).toHaveLength(1);
  });
  test("a running mean is updated where the mean is computed", () => {
    const running = new Parameter("running mean", [4], new Float32Array(4));
    const before = mul(running, x);
    lerp(running, mean(x, [0, 1, 2]), 0.1);
    const [effect] = running.node.inputs as [Node];
    const { steps } = compile([new Tensor(effect)], { ...SOFTWARE, maxBindings: 16 });
    expect(steps.map(({ root, updates }) => [root.op.name, updates.length])).toEqual([["sum", 1]]);
    // Not where somebody else reads the old value.
    const reader = compile([new Tensor(effect), before]);
    expect(reader.steps.filter(({ root }) => root.op.kind === "effect")).toHaveLength(1);
  });
  test("softmax: maximum, sum, and one pass", () => {
    expect(compile([softmax(numbers(7, 12))]).steps).toHaveLength(3);
  });
  test("movements alone are one copy, and none where nothing moves", () => {
    expect(compile([permute(x, [0, 3, 1, 2]).slice([0, 1], [2, 3]).flip(0)]).steps).toHaveLength(1);
    expect(compile([mul(x, 1).reshape([-1])]).stored).toEqual(["mul"]);
    expect(compile([x.reshape([-1])]).steps).toEqual([]);
  });
});

describe("what is stored", () => {
  const x = numbers(1000);
  const uses = (value: Tensor) => [1, 2, 3].map((shift) => sum(square(add(value, shift))));
  /** Names of what is stored on the way to sums. */
  const storedFor = (outputs: readonly Tensor[]) => compile(outputs).stored.filter((name) => name !== "sum");

  test("a cheap value used often is computed again", () => {
    expect(storedFor(uses(mul(x, 2)))).toEqual([]);
  });
  test("a dear value used often is computed once", () => {
    expect(storedFor(uses(exp(tanh(x))))).toEqual(["exp"]);
  });
  test("so is one that many buffers go into", () => {
    const total = [x, numbers(1000), numbers(1000), numbers(1000)].reduce(add);
    expect(storedFor(uses(total))).toEqual(["add"]);
  });
  test("so is one that is stretched over many elements", () => {
    const stretched = (rows: number) =>
      sum(square(add(expand(mul(numbers(1, 64), 3), [rows, 64]), numbers(rows, 64))), 0);
    expect(storedFor([stretched(512)])).toEqual(["mul"]);
    expect(storedFor([stretched(8)])).toEqual([]);
  });
  test("what was asked for, besides being used", () => {
    const y = exp(x);
    expect(compile([y, sum(y)]).stored).toEqual(["exp", "sum"]);
    const z = conv2d(numbers(1, 4, 4, 4), numbers(1, 1, 4, 4));
    const { steps } = compile([z, relu(z)]);
    expect(steps.map(({ outputs }) => outputs.map(({ op }) => op.name))).toEqual([["conv2d", "relu"]]);
  });
  test("a sum of many buffers is cut into kernels that can bind them", () => {
    const all = Array.from({ length: 40 }, () => numbers(64));
    const { kernels } = compile([all.reduce(add)]);
    expect(kernels.length).toBeGreaterThan(5);
    for (const { operands } of kernels) expect(operands.length).toBeLessThanOrEqual(8);
  });
  test("an arithmetic chain without end is cut into pieces", () => {
    let y = x;
    for (let k = 0; k < 1000; k++) y = y.add(1);
    const { steps } = compile([y]);
    expect(steps.length).toBeGreaterThan(8);
    expect(steps.length).toBeLessThan(25);
  });
});

describe("unfused", () => {
  test("every op has a kernel of its own", () => {
    const y = relu(add(conv2d(numbers(1, 4, 4, 4), numbers(1, 1, 4, 4)), numbers(4)));
    const { steps } = compile([y, sum(mul(y, 2))], { ...SOFTWARE, unfused: true });
    expect(steps.every(({ members }) => members.size === 1)).toBe(true);
    expect(steps.map(({ root }) => root.op.name).sort()).toEqual(
      ["add", "constant", "conv2d", "expand", "expand", "mul", "relu", "sum"].sort(),
    );
  });
});

describe("two graphs are one program", () => {
  const node = (op: PointwiseOp) => new Node(op, [], [2], "f32");
  const op = (expression: string): PointwiseOp => ({
    kind: "pointwise",
    name: "mine",
    cost: 1,
    expression: () => expression,
  });
  test("where their ops are the same objects, whatever these are called", () => {
    const [one, other] = [op("a"), op("b")];
    expect(node(one).structure).toBe(node(one).structure);
    expect(node(one).structure).not.toBe(node(other).structure);
  });
});

describe("bindings", () => {
  test("values stored late do not overfill kernels that read what they were made of", () => {
    const sources = Array.from({ length: 6 }, () => numbers(64));
    const doubled = sources.map((x) => mul(x, 2));
    const both = sources.map((x, k) => add(x, doubled[k] as Tensor)).reduce(add);
    // Stretching the doubled values over many elements stores each of them.
    const stretched = doubled.map((x) => sum(sub(expand(x, [512, 64]), 1), 0));
    for (const { operands } of compile([both, ...stretched]).kernels)
      expect(operands.length).toBeLessThanOrEqual(8);
  });

  test.each([
    ["software", SOFTWARE],
    ["hardware", HARDWARE],
  ] as const)("random graphs with their gradients bind at most 8 buffers a kernel (%s)", (_, target) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const graph = randomGraph(`bindings ${seed}`);
        const { ops, tensor: make, grad: differentiate } = engineBackend;
        const xs = graph.inputs.map(({ shape, dtype, values }) => make({ shape, data: values("x") }, dtype));
        const values = graph.run(ops, xs);
        const ends = graph.ends.map((k) => values[k] as Tensor);
        const loss = ends.map((end) => ops.mean(end)).reduce((a, b) => ops.add(a, b));
        const floats = xs.filter(({ dtype }) => dtype === "f32");
        const { kernels } = compile([...ends, ...differentiate(loss, floats)], target);
        for (const { name, operands } of kernels) {
          expect(operands.length, name).toBeLessThanOrEqual(8);
          const written = operands.filter(({ write }) => write).flatMap((o) => ("node" in o ? [o.node] : []));
          const read = operands.filter(({ write }) => !write).flatMap((o) => ("node" in o ? [o.node] : []));
          for (const node of written) expect(read, `${name} reads what it writes`).not.toContain(node);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("a training step of a small network as well", () => {
    const x = numbers(2, 8, 8, 4);
    const w = numbers(3, 3, 4, 4);
    const y = prelu(batchNorm(conv2d(x, w, { padding: 1 }), numbers(4), numbers(4)), numbers(4));
    const { kernels } = compile(grad(mse(add(x, y), numbers(2, 8, 8, 4)), [x, w]));
    for (const { operands } of kernels) expect(operands.length).toBeLessThanOrEqual(8);
  });
});

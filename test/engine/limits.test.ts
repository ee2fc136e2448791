/** What is too large is refused by the op's name, before anything is allocated. */
import { describe, expect, test } from "vitest";
import { GanvasError, ShapeError } from "../../engine/errors.ts";
import { assemble } from "../../engine/graph/assemble.ts";
import type { KernelOp } from "../../engine/graph/node.ts";
import {
  concat,
  conv2d,
  expand,
  full,
  matmul,
  ones,
  pad,
  sum,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { record } from "../../engine/tensor.ts";
import { graphOf, SOFTWARE } from "./graph/trace.ts";

const zeros = (...shape: number[]) => tensor(new Float32Array(shape.reduce((size, n) => size * n, 1)), shape);

describe("a tensor of 2^31 elements or more", () => {
  const huge = full([65536, 32767], 1);
  test("is refused, and the largest that can be numbered is not", () => {
    expect(full([2 ** 31 - 1], 1).size).toBe(2 ** 31 - 1);
    expect(() => full([2 ** 31], 1)).toThrow(
      /^constant: a tensor of shape \[2147483648\] would have 2147483648 elements, more than the 2147483647/,
    );
  });
  test.each([
    ["expand", () => expand(tensor([[1], [2]]), [2, 2 ** 30])],
    ["pad", () => pad(huge, [0, 1], [0, 0])],
    ["concat", () => concat([huge, huge])],
    ["matmul", () => matmul(ones([65536, 1]), ones([1, 65536]))],
    ["conv2d", () => conv2d(ones([1, 32768, 32768, 1]), ones([1, 1, 1, 2]))],
    ["add", () => tensor(new Float32Array(65536), [65536, 1]).add(zeros(1, 65536))],
  ])("%s", (_, make) => {
    expect(make).toThrow(ShapeError);
    expect(make).toThrow(/^\w+: a tensor of shape \[.*\] would have \d+ elements/);
  });
  test("is allowed where an axis is empty", () => {
    expect(full([2 ** 31, 0], 1).size).toBe(0);
  });
});

describe("memory that a kernel cannot bind", () => {
  const bind = (maxBytes: number, ...outputs: Parameters<typeof graphOf>[0]) =>
    assemble(graphOf(outputs), SOFTWARE, maxBytes);
  const scratchBytes = (y: Tensor) =>
    assemble(graphOf([y]), SOFTWARE, 2 ** 30).steps.flatMap((step) =>
      step.scratch.map(({ size }) => size * 4),
    );
  test("of a value", () => {
    const y = matmul(zeros(64, 4), zeros(4, 64)).exp();
    expect(() => bind(64 * 64 * 4, y)).not.toThrow();
    expect(() => bind(64 * 64 * 4 - 4, y)).toThrow(GanvasError);
    expect(() => bind(64 * 64 * 4 - 4, y)).toThrow(
      /^(matmul|exp): a tensor of shape \[(1, )?64, 64\] takes 16384 bytes, more than the 16380 that this adapter can bind/,
    );
  });
  test("of an intermediate result inside an op", () => {
    // 9×9, 4 -> 3 channels: the taps of a window row are spread over 28 columns.
    const y = conv2d(zeros(1, 16, 16, 4), zeros(9, 9, 4, 3), { padding: 4 });
    const largest = Math.max(...scratchBytes(y));
    expect(largest).toBeGreaterThan(16 * 16 * 4 * 4);
    expect(() => bind(largest, y)).not.toThrow();
    expect(() => bind(largest - 4, y)).toThrow(
      new RegExp(
        `^conv2d: an intermediate result for a tensor of shape \\[1, 16, 16, 3\\] takes ${largest} bytes`,
      ),
    );
  });
  test("of partial sums", () => {
    const y = sum(zeros(4096, 4), 0);
    const [bytes = 0] = scratchBytes(y);
    expect(bytes).toBeGreaterThan(0);
    expect(() => bind(bytes - 4, y)).toThrow(GanvasError);
  });
});

test("a kernel with more workgroups along a dimension than adapters have is refused by name", () => {
  const wide: KernelOp = {
    kind: "kernel",
    name: "wide",
    launches: () => [
      {
        name: "wide.wgsl",
        source: "@compute @workgroup_size(1) fn main() {}",
        constants: {},
        bindings: [{ input: 0 }, { output: true, write: true }],
        grid: [1, 65536, 1],
      },
    ],
  };
  const y = record(wide, [zeros(4)], [4]);
  expect(() => assemble(graphOf([y]), SOFTWARE, 2 ** 30)).toThrow(
    /^wide: its kernel wide\.wgsl for a tensor of shape \[4\] needs 1×65536×1 workgroups, a dimension has 65535/,
  );
});

/** The recurrent layers against the loops of the reference data's adapters in float64: states and all gradients. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  concat,
  grad,
  Gru,
  init,
  Initializer,
  mul,
  ReluRnn,
  slice,
  sum,
  tensor,
} from "../../../engine/index.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";
import { fillUniform } from "../../../engine/random.ts";
import { sizeOf } from "../../../engine/shape.ts";
import type { Attributes, Inputs } from "../../fixtures/adapter.ts";
import { recurrent } from "../../fixtures/adapters/recurrent.ts";
import { reference } from "../../reference.ts";
import type { RefTensor } from "../../reference/array.ts";
import { differentiate } from "../../reference/differentiate.ts";
import { engineBackend } from "../../reference/engine.ts";

beforeAll(async () => {
  await init();
});

const numbers = (shape: readonly number[], stream: number) => ({
  shape,
  data: fillUniform(new Float32Array(sizeOf(shape)), 11, stream, -1),
});

/** What the adapters call the weights of PyTorch's names. */
const NAMES = {
  relu_rnn: { "i2h.weight": "w", "i2h.bias": "b", "h2h.weight": "u", "h2h.bias": "c" },
  gru: {
    "i_update.weight": "wu",
    "i_update.bias": "wub",
    "h_update.weight": "uu",
    "h_update.bias": "uub",
    "i_reset.weight": "wr",
    "i_reset.bias": "wrb",
    "h_reset.weight": "ur",
    "h_reset.bias": "urb",
    "i_cand.weight": "w",
    "i_cand.bias": "wb",
    "h_cand.weight": "u",
    "h_cand.bias": "ub",
  },
} as const;

const LAYERS = { relu_rnn: ReluRnn, gru: Gru };

describe.each(["relu_rnn", "gru"] as const)("%s", (kind) => {
  test.each([
    { steps: 1, n: 3, features: 4, hidden: 5 },
    { steps: 5, n: 2, features: 3, hidden: 7 },
    { steps: 3, n: 1, features: 1, hidden: 4 },
  ])("$steps steps of $n × $features, $hidden units", async ({ steps, n, features, hidden }) => {
    const layer = new LAYERS[kind](features, hidden, new Initializer(1));
    const weights = [...layer.fileShapes()].map(([name, shape], k) => ({ name, ...numbers(shape, k + 2) }));
    layer.loadStateDict(new Map(weights.map((w) => [w.name, hostTensor(w.data, w.shape)])), "test");
    const x = numbers([steps, n, features], 0);
    const dy = numbers([steps, n, hidden], 1);

    const input = tensor(x.data, x.shape);
    const y = layer.forward(input);
    const targets = [input, ...layer.weights().values()];
    const slopes = grad(sum(mul(y, tensor(dy.data, dy.shape))), targets);
    const got = (await engineBackend.read([y, ...slopes])).map(({ data }) => data);

    const names: Readonly<Record<string, string>> = NAMES[kind];
    const adapter = recurrent[kind];
    const want = differentiate(
      (...all: RefTensor[]) => {
        const named = Object.fromEntries(weights.map(({ name }, k) => [names[name], all[k + 1]]));
        const inputs = { x: all[0], ...named } as unknown as Inputs<RefTensor>;
        return adapter?.run(reference, inputs, {} as Attributes).states as RefTensor;
      },
      [x, ...weights],
      { cotangents: [dy.data] },
    );
    expect(y.shape).toEqual([steps, n, hidden]);
    compare(got[0] as Float32Array, want.outputs[0]?.data ?? []);
    slopes.forEach((slope, k) => {
      // Products hold [in, out], files and the reference [out, in].
      const ours = got[k + 1] as Float32Array;
      const flat = k > 0 && slope.rank === 2 ? transposed(ours, slope.shape as [number, number]) : ours;
      compare(flat, want.gradients[k] ?? []);
    });
  });

  test("goes on from a given state", async () => {
    const layer = new LAYERS[kind](3, 4, new Initializer(2));
    const { data, shape } = numbers([4, 2, 3], 0);
    const x = tensor(data, shape);
    const whole = layer.forward(x);
    const first = layer.forward(slice(x, [0], [2]));
    const last = slice(first, [1], [2]).reshape([2, 4]);
    const [parts, want] = await engineBackend.read([
      concat([first, layer.forward(slice(x, [2], [4]), last)]),
      whole,
    ]);
    compare(parts?.data ?? [], want?.data ?? []);
  });

  test("refuses what is no sequence", () => {
    const layer = new LAYERS[kind](3, 4, new Initializer(2));
    expect(() => layer.forward(tensor([[1, 2, 3]]))).toThrow(
      /x should be \[steps, n, features\], got \[1, 3\]$/,
    );
    expect(() => layer.forward(tensor([], [0, 2, 3]))).toThrow(/x has no steps, got \[0, 2, 3\]$/);
  });
});

function transposed(data: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  return data.map((_, k) => data[(k % rows) * columns + Math.floor(k / rows)] as number);
}

/** A few dozen roundings of numbers near 1. Weights that a single step does not use have no gradient: zeros. */
function compare(got: ArrayLike<number>, want: ArrayLike<number>): void {
  expect(got.length).toBe(want.length);
  expect(want.length).toBeGreaterThan(0);
  const largest = Math.max(...Array.from(want, Math.abs));
  Array.from(want).forEach((w, k) => {
    expect(Math.abs((got[k] as number) - w)).toBeLessThanOrEqual(3e-6 * largest + 1e-5 * Math.abs(w));
  });
}

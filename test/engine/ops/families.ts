/**
 * Random shapes for every family of kernels: nothing, one, primes, a tile's size and one more or less, in every role. A case
 * is an op with its shapes and, where the family has several, a form of its kernels.
 */
import fc from "fast-check";
import type { Target } from "../../../engine/graph/node.ts";
import { sizeOf } from "../../../engine/shape.ts";
import { type OpCase, opCase, real, whole } from "../../reference/cases/case.ts";
import type { PadOptions, ResizeOptions } from "../../reference/ops.ts";

export interface FamilyCase {
  readonly of: OpCase;
  /** Every kernel that has this form is to use it; without one the adapter's best. */
  readonly form?: Exclude<Target["form"], undefined>;
}

/** Multiply-adds of one case: the reference keeps each on its tape. */
const MOST_WORK = 20_000;

/** Register tiles are 4 and 8 wide, workgroups and slices 16, 32 and 64. */
const EDGES = [1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65] as const;
const size = fc.constantFrom(...EDGES);
const sizeOrNone = fc.oneof({ weight: 12, arbitrary: size }, { weight: 1, arbitrary: fc.constant(0) });
const small = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9);
const channels = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17);
const between = (min: number, max: number) => fc.integer({ min, max });
const form = fc.constantFrom("naive" as const, "tile" as const, "subgroup" as const, "winograd" as const);

const withForm = (cases: fc.Arbitrary<OpCase>): fc.Arbitrary<FamilyCase> => fc.record({ of: cases, form });
const plain = (cases: fc.Arbitrary<OpCase>): fc.Arbitrary<FamilyCase> => cases.map((of) => ({ of }));

/** a [batch, m, k] b [batch, k, n], either transposed, the batch of either one of 1 or missing. */
const matmul = fc
  .record({
    m: sizeOrNone,
    n: sizeOrNone,
    k: sizeOrNone,
    batch: between(1, 3),
    alone: fc.constantFrom("neither", "a", "b"),
    turned: fc.constantFrom("neither", "a", "b", "both"),
  })
  .filter(({ m, n, k, batch }) => m * n * k * batch <= MOST_WORK)
  .map(({ m, n, k, batch, alone, turned }) => {
    const turnA = turned === "a" || turned === "both";
    const turnB = turned === "b" || turned === "both";
    const of = (who: string, p: number, q: number) =>
      batch === 1 ? [p, q] : [alone === who ? 1 : batch, p, q];
    const a = turnA ? of("a", k, m) : of("a", m, k);
    const b = turnB ? of("b", n, k) : of("b", k, n);
    return opCase(
      `matmul [${a}]${turnA ? "ᵀ" : ""} [${b}]${turnB ? "ᵀ" : ""}`,
      [real(a), real(b)],
      (ops, x, y) => ops.matmul(turnA ? ops.transpose(x) : x, turnB ? ops.transpose(y) : y),
    );
  });

const pair = (min: number, max: number) => fc.tuple(between(min, max), between(min, max));

const window = {
  n: between(1, 2),
  h: small,
  w: small,
  c: channels,
  kernel: pair(1, 5),
  stride: pair(1, 3),
  padding: pair(0, 3),
  dilation: pair(1, 3),
  grouping: fc.constantFrom("one", "two", "each"),
  outs: between(1, 9),
};

const groupsOf = (grouping: string, c: number): number => {
  if (grouping === "each") return c;
  return grouping === "two" && c % 2 === 0 ? 2 : 1;
};

const conv2d = fc
  .record(window)
  .map(({ n, h, w, c, kernel, stride, padding, dilation, grouping, outs }) => {
    const groups = groupsOf(grouping, c);
    const o = groups * (groups > 2 ? Math.min(outs, 2) : outs);
    const along = (length: number, axis: 0 | 1) =>
      Math.floor((length + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
    const out = [n, along(h, 0), along(w, 1), o];
    return {
      x: [n, h, w, c],
      weight: [...kernel, c / groups, o],
      out,
      options: { stride, padding, dilation, groups },
    };
  })
  .filter(
    ({ out, weight }) => out.every((k) => k > 0) && sizeOf(out) * sizeOf(weight.slice(0, 3)) <= MOST_WORK,
  )
  .map(({ x, weight, options }) =>
    opCase(
      `conv2d [${x}] [${weight}] ${JSON.stringify(options)}`,
      [real(x), real(weight, -1, 1)],
      (k, a, u) => k.conv2d(a, u, options),
    ),
  );

const convTranspose2d = fc
  .record({ ...window, more: pair(0, 2) })
  .map(({ n, h, w, c, kernel, stride, padding, dilation, grouping, outs, more }) => {
    const groups = groupsOf(grouping, c);
    const each = groups > 2 ? Math.min(outs, 2) : outs;
    const outputPadding = [more[0] % stride[0], more[1] % stride[1]] as [number, number];
    const along = (length: number, axis: 0 | 1) =>
      (length - 1) * stride[axis] -
      2 * padding[axis] +
      dilation[axis] * (kernel[axis] - 1) +
      outputPadding[axis] +
      1;
    const out = [n, along(h, 0), along(w, 1), each * groups];
    const options = { stride, padding, dilation, outputPadding, groups };
    return { x: [n, h, w, c], weight: [...kernel, c, each], out, options };
  })
  .filter(
    ({ x, weight, out }) =>
      out.every((k) => k > 0) && sizeOf(x) * sizeOf(weight.slice(0, 2)) * (weight[3] as number) <= MOST_WORK,
  )
  .map(({ x, weight, options }) =>
    opCase(
      `convTranspose2d [${x}] [${weight}] ${JSON.stringify(options)}`,
      [real(x), real(weight, -1, 1)],
      (k, a, u) => k.convTranspose2d(a, u, options),
    ),
  );

const long = fc.constantFrom(1023, 1024, 1025, 2049);
const reducible: readonly fc.Arbitrary<number[]>[] = [
  fc.array(sizeOrNone, { maxLength: 4 }),
  fc.tuple(between(1, 3), long),
  fc.tuple(long, between(1, 5)),
];

/** Sums over nothing are 0; over nothing there is no mean and no maximum. */
const reduce = fc
  .record({
    shape: fc.oneof(...reducible),
    chosen: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    keepDims: fc.boolean(),
    name: fc.constantFrom("sum", "mean", "max", "min", "variance", "logsumexp"),
  })
  .filter(({ shape }) => sizeOf(shape) <= 8192)
  .map(({ shape, chosen, keepDims, name }) => {
    const axes = shape.map((_, axis) => axis).filter((axis) => chosen[axis]);
    const op = sizeOf(shape) === 0 ? "sum" : (name as "sum");
    const text = `${op} of [${shape}] over [${axes}]${keepDims ? " kept" : ""}`;
    return opCase(text, [real(shape)], (k, x) => k[op](x, axes, { keepDims }));
  });

/** Two to five movements, then something that reads their result out of order. */
const views = fc
  .record({
    shape: fc.array(fc.oneof({ weight: 9, arbitrary: small }, { weight: 1, arbitrary: fc.constant(0) }), {
      minLength: 1,
      maxLength: 4,
    }),
    dice: fc.array(fc.tuple(between(0, 5), between(0, 99)), { minLength: 2, maxLength: 5 }),
  })
  .filter(({ shape }) => sizeOf(shape) <= 2048)
  .map(({ shape, dice }) =>
    opCase(`movements ${dice.join(" ")} of [${shape}]`, [real(shape)], (k, x) => {
      let y = x;
      for (const [kind, luck] of dice) {
        const at = y.shape;
        const rank = at.length;
        const roll = (axis: number, n: number) => (n > 0 ? (luck + 7 * axis) % n : 0);
        if (kind === 0)
          y = k.permute(
            y,
            at.map((_, axis) => (axis + luck) % rank),
          );
        else if (kind === 1)
          y = k.flip(
            y,
            at.flatMap((_, axis) => (roll(axis, 2) ? [axis] : [])),
          );
        else if (kind === 2)
          y = k.slice(
            y,
            at.map((n, axis) => roll(axis, n)),
            [...at],
            at.map((_, axis) => 1 + roll(axis, 3)),
          );
        else if (kind === 3 && sizeOf(at) <= 2048)
          y = k.pad(
            y,
            at.map((_, axis) => roll(axis, 3)),
            at.map((_, axis) => roll(axis, 2)),
          );
        else if (kind === 4) y = k.reshape(y, [...at.slice(1), ...at.slice(0, 1)]);
        else if (sizeOf(at) <= 1024) y = k.expand(y, [1 + (luck % 3), ...at]);
      }
      return k.mul(y, k.add(k.sum(y, -1, { keepDims: true }), 0.5));
    }),
  );

/** Shapes that broadcast, of up to four axes. */
const broadcasting = fc
  .record({
    axes: fc.array(fc.tuple(sizeOrNone, fc.constantFrom("both", "left", "right")), {
      minLength: 1,
      maxLength: 4,
    }),
    drop: between(0, 3),
    name: fc.constantFrom("add", "sub", "mul", "div", "maximum"),
  })
  .filter(({ axes }) => sizeOf(axes.map(([n]) => n)) <= 4096)
  .map(({ axes, drop, name }) => {
    const a = axes.map(([n, who]) => (who === "right" ? 1 : n));
    const b = axes.map(([n, who]) => (who === "left" ? 1 : n)).slice(drop);
    const op = name as "add";
    return opCase(`${op} [${a}] [${b}]`, [real(a), real(b, 0.5, 2)], (k, x, y) => k[op](x, y));
  });

const image = fc.tuple(between(1, 2), small, small, fc.constantFrom(1, 2, 3, 4, 5, 8));

const METHODS: readonly ResizeOptions[] = [
  { method: "nearest" },
  { method: "area" },
  { method: "bilinear" },
  { method: "bilinear", alignCorners: true },
  { method: "bicubic" },
  { method: "bicubic", alignCorners: true },
];

const resize = fc
  .record({
    shape: image,
    to: fc.tuple(fc.constantFrom(1, 2, 3, 5, 8, 13, 17), small),
    options: fc.constantFrom(...METHODS),
  })
  .map(({ shape, to, options }) =>
    opCase(`resize ${JSON.stringify(options)} [${shape}] to [${to}]`, [real(shape)], (k, x) =>
      k.resize(x, to, options),
    ),
  );

const pool = fc
  .record({
    shape: image,
    kernel: pair(1, 4),
    stride: pair(1, 4),
    padding: pair(0, 2),
    name: fc.constantFrom("maxPool2d" as const, "avgPool2d" as const),
  })
  .map((p) => ({
    ...p,
    padding: p.padding.map((n, axis) => Math.min(n, Math.floor((p.kernel[axis] as number) / 2))),
  }))
  .filter(({ shape, kernel, padding }) =>
    kernel.every((n, axis) => (shape[axis + 1] as number) + 2 * (padding[axis] as number) >= n),
  )
  .map(({ shape, kernel, stride, padding, name }) => {
    const options = { kernel, stride, padding: padding as [number, number] };
    return opCase(`${name} [${shape}] ${JSON.stringify(options)}`, [real(shape)], (k, x) =>
      k[name](x, options),
    );
  });

const MODES: readonly PadOptions[] = [{ value: 0.5 }, { mode: "reflect" }, { mode: "replicate" }];

const pad = fc
  .record({ shape: image, before: pair(0, 4), after: pair(0, 4), options: fc.constantFrom(...MODES) })
  .map(({ shape, before, after, options }) => {
    const most = (n: number, axis: number) =>
      options.mode === "reflect" ? Math.min(n, (shape[axis + 1] as number) - 1) : n;
    const around = (by: readonly number[]) => [0, ...by.map(most), 0];
    return opCase(
      `pad ${JSON.stringify(options)} [${shape}] by [${around(before)}] and [${around(after)}]`,
      [real(shape)],
      (k, x) => k.pad(x, around(before), around(after), options),
    );
  });

const shuffle = fc
  .record({ shape: image, r: between(1, 4), back: fc.boolean() })
  .map(({ shape, r, back }) => {
    const [n, h, w, c] = shape;
    const x = back ? [n, h * r, w * r, c] : [n, h, w, c * r * r];
    return opCase(`pixel${back ? "Unshuffle" : "Shuffle"} ${r} [${x}]`, [real(x)], (k, a) =>
      back ? k.pixelUnshuffle(a, r) : k.pixelShuffle(a, r),
    );
  });

const indexing = fc
  .record({
    shape: fc.array(small, { minLength: 1, maxLength: 3 }),
    axis: between(0, 2),
    count: fc.oneof({ weight: 9, arbitrary: size }, { weight: 1, arbitrary: fc.constant(0) }),
    name: fc.constantFrom("gather", "indexSelect", "scatterAdd"),
  })
  .map(({ shape, axis: any, count, name }) => {
    const axis = any % shape.length;
    const n = shape[axis] as number;
    const chosen = shape.map((m, k) => (k === axis ? count : m));
    const text = `${name} [${shape}] along ${axis}, ${count}`;
    if (name === "gather")
      return opCase(text, [real(shape), whole(chosen, n)], (k, x, i) => k.gather(x, i, axis));
    if (name === "indexSelect")
      return opCase(text, [real(shape), whole([count], n)], (k, x, i) => k.indexSelect(x, i, axis));
    return opCase(text, [real(chosen), whole(chosen, n)], (k, x, i) => k.scatterAdd(x, i, axis, n));
  });

const joining = fc
  .record({
    shape: fc.array(small, { minLength: 1, maxLength: 3 }),
    axis: between(0, 2),
    sizes: fc.array(sizeOrNone, { minLength: 1, maxLength: 4 }),
  })
  .map(({ shape, axis: any, sizes }) => {
    const axis = any % shape.length;
    const shapes = sizes.map((n) => shape.map((m, k) => (k === axis ? n : m)));
    return opCase(
      `concat ${shapes.map((s) => `[${s}]`).join(" ")} along ${axis}`,
      shapes.map((s) => real(s)),
      (k, ...xs) => k.concat(xs, axis),
    );
  });

/** By name. */
export const families: Readonly<Record<string, fc.Arbitrary<FamilyCase>>> = {
  matmul: withForm(matmul),
  conv2d: withForm(conv2d),
  convTranspose2d: withForm(convTranspose2d),
  reduce: plain(reduce),
  views: plain(views),
  broadcasting: plain(broadcasting),
  resize: plain(resize),
  pool: plain(pool),
  pad: plain(pad),
  shuffle: plain(shuffle),
  indexing: plain(indexing),
  joining: plain(joining),
};

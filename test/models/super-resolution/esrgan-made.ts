/** Networks of ESRGAN's families with made-up weights, as files name them, and what they compute, in float64. */
import { type HostTensor, hostTensor } from "../../../engine/io/index.ts";
import { fillUniform } from "../../../engine/random.ts";

export type Dict = Map<string, HostTensor>;

/** [c, h, w] */
interface Planes {
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly data: Float64Array;
}

class Maker {
  readonly dict: Dict = new Map();

  conv(name: string, from: number, to: number): void {
    this.add(`${name}.weight`, [to, from, 3, 3], 0.5 / Math.sqrt(from));
    this.add(`${name}.bias`, [to], 0.2);
  }

  add(name: string, shape: number[], bound: number): void {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    this.dict.set(name, hostTensor(fillUniform(data, 11, this.dict.size, -bound, bound), shape));
  }
}

/** BasicSR's names. */
export function rrdbDict(
  width: number,
  growth: number,
  blocks: number,
  doublings: number,
  unshuffle: number,
): Dict {
  const made = new Maker();
  made.conv("conv_first", 3 * unshuffle ** 2, width);
  for (let b = 0; b < blocks; b++)
    for (let d = 1; d <= 3; d++)
      for (let k = 1; k <= 5; k++)
        made.conv(`body.${b}.rdb${d}.conv${k}`, width + (k - 1) * growth, k < 5 ? growth : width);
  made.conv("conv_body", width, width);
  for (let k = 1; k <= doublings; k++) made.conv(`conv_up${k}`, width, width);
  made.conv("conv_hr", width, width);
  made.conv("conv_last", width, 3);
  return made.dict;
}

export function srvggDict(width: number, convs: number, scale: number): Dict {
  const made = new Maker();
  for (let k = 0; k <= convs; k++) {
    made.conv(`body.${2 * k}`, k === 0 ? 3 : width, width);
    made.add(`body.${2 * k + 1}.weight`, [width], 0.5);
  }
  made.conv(`body.${2 * convs + 2}`, width, 3 * scale ** 2);
  return made.dict;
}

export function msrDict(width: number, blocks: number, shuffles: readonly number[]): Dict {
  const made = new Maker();
  made.conv("conv_first", 3, width);
  for (let b = 0; b < blocks; b++) for (const k of [1, 2]) made.conv(`body.${b}.conv${k}`, width, width);
  shuffles.forEach((factor, k) => {
    made.conv(`upconv${k + 1}`, width, width * factor ** 2);
  });
  made.conv("conv_hr", width, width);
  made.conv("conv_last", width, 3);
  return made.dict;
}

const planes = (c: number, h: number, w: number, at: (c: number, y: number, x: number) => number): Planes => {
  const data = new Float64Array(c * h * w);
  for (let i = 0; i < c; i++)
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) data[(i * h + y) * w + x] = at(i, y, x);
  return { c, h, w, data };
};
const value = (p: Planes, c: number, y: number, x: number): number =>
  y < 0 || x < 0 || y >= p.h || x >= p.w ? 0 : (p.data[(c * p.h + y) * p.w + x] as number);
const clamped = (p: Planes, c: number, y: number, x: number): number =>
  value(p, c, Math.min(Math.max(y, 0), p.h - 1), Math.min(Math.max(x, 0), p.w - 1));
const map = (p: Planes, f: (value: number, c: number) => number): Planes =>
  planes(p.c, p.h, p.w, (c, y, x) => f(value(p, c, y, x), c));
const plus = (a: Planes, b: Planes, scale = 1): Planes =>
  planes(a.c, a.h, a.w, (c, y, x) => value(a, c, y, x) + scale * value(b, c, y, x));
const leaky = (p: Planes, slope: number): Planes => map(p, (v) => (v < 0 ? v * slope : v));
const joined = (...all: Planes[]): Planes => {
  const [{ h, w }] = all as [Planes];
  const of = all.flatMap((p) => Array.from({ length: p.c }, (_, c) => [p, c] as const));
  return planes(of.length, h, w, (c, y, x) => value(...(of[c] as [Planes, number]), y, x));
};
const repeated = (p: Planes, f: number): Planes =>
  planes(p.c, p.h * f, p.w * f, (c, y, x) => value(p, c, Math.floor(y / f), Math.floor(x / f)));
const shuffled = (p: Planes, f: number): Planes =>
  planes(p.c / f ** 2, p.h * f, p.w * f, (c, y, x) =>
    value(p, (c * f + (y % f)) * f + (x % f), Math.floor(y / f), Math.floor(x / f)),
  );
const unshuffled = (p: Planes, f: number): Planes =>
  planes(p.c * f ** 2, p.h / f, p.w / f, (c, y, x) =>
    value(p, Math.floor(c / f ** 2), y * f + (Math.floor(c / f) % f), x * f + (c % f)),
  );
/** Half-pixel centres, border repeated. */
const bilinear = (p: Planes, f: number): Planes =>
  planes(p.c, p.h * f, p.w * f, (c, y, x) => {
    const [v, u] = [Math.max((y + 0.5) / f - 0.5, 0), Math.max((x + 0.5) / f - 0.5, 0)];
    const [j, i] = [Math.floor(v), Math.floor(u)];
    const row = (k: number) => clamped(p, c, k, i) * (1 - u + i) + clamped(p, c, k, i + 1) * (u - i);
    return row(j) * (1 - v + j) + row(j + 1) * (v - j);
  });

class Reference {
  private readonly dict: Dict;
  constructor(dict: Dict) {
    this.dict = dict;
  }

  numbers(name: string): ArrayLike<number> {
    return this.dict.get(name)?.data as Float32Array;
  }

  conv(p: Planes, name: string): Planes {
    const [weight, bias] = [this.numbers(`${name}.weight`), this.numbers(`${name}.bias`)];
    return planes(bias.length, p.h, p.w, (o, y, x) => {
      let sum = bias[o] as number;
      for (let c = 0; c < p.c; c++)
        for (let k = 0; k < 9; k++)
          sum +=
            value(p, c, y + Math.floor(k / 3) - 1, x + (k % 3) - 1) *
            (weight[(o * p.c + c) * 9 + k] as number);
      return sum;
    });
  }
}

/** `rgb` is [h, w, 3]; so is the result, enlarged. */
type Forward = (dict: Dict, x: Planes) => Planes;

export const rrdb =
  (blocks: number, doublings: number, unshuffle: number): Forward =>
  (dict, lr) => {
    const net = new Reference(dict);
    const first = net.conv(unshuffle > 1 ? unshuffled(lr, unshuffle) : lr, "conv_first");
    let x = first;
    for (let b = 0; b < blocks; b++) {
      const before = x;
      for (let d = 1; d <= 3; d++) {
        const all = [x];
        const path = `body.${b}.rdb${d}.conv`;
        for (let k = 1; k <= 4; k++) all.push(leaky(net.conv(joined(...all), `${path}${k}`), 0.2));
        x = plus(x, net.conv(joined(...all), `${path}5`), 0.2);
      }
      x = plus(before, x, 0.2);
    }
    x = plus(first, net.conv(x, "conv_body"));
    for (let k = 1; k <= doublings; k++) x = leaky(net.conv(repeated(x, 2), `conv_up${k}`), 0.2);
    return net.conv(leaky(net.conv(x, "conv_hr"), 0.2), "conv_last");
  };

export const srvgg =
  (convs: number, scale: number): Forward =>
  (dict, lr) => {
    const net = new Reference(dict);
    let x = lr;
    for (let k = 0; k <= convs; k++) {
      const slopes = net.numbers(`body.${2 * k + 1}.weight`);
      x = map(net.conv(x, `body.${2 * k}`), (v, c) => (v < 0 ? v * (slopes[c] as number) : v));
    }
    return plus(shuffled(net.conv(x, `body.${2 * convs + 2}`), scale), repeated(lr, scale));
  };

export const msr =
  (blocks: number, shuffles: readonly number[]): Forward =>
  (dict, lr) => {
    const net = new Reference(dict);
    let x = leaky(net.conv(lr, "conv_first"), 0.1);
    for (let b = 0; b < blocks; b++)
      x = plus(x, net.conv(leaky(net.conv(x, `body.${b}.conv1`), 0), `body.${b}.conv2`));
    shuffles.forEach((factor, k) => {
      x = leaky(shuffled(net.conv(x, `upconv${k + 1}`), factor), 0.1);
    });
    const scale = shuffles.reduce((a, b) => a * b, 1);
    return plus(net.conv(leaky(net.conv(x, "conv_hr"), 0.1), "conv_last"), bilinear(lr, scale));
  };

/** [h, w, 3] numbers through the reference, to [s h, s w, 3]. */
export function forwardInFloat64(
  forward: Forward,
  dict: Dict,
  rgb: Float32Array,
  h: number,
  w: number,
): Float64Array {
  const out = forward(
    dict,
    planes(3, h, w, (c, y, x) => rgb[(y * w + x) * 3 + c] as number),
  );
  return Float64Array.from({ length: out.data.length }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(out, i % 3, Math.floor(pixel / out.w), pixel % out.w);
  });
}

type Rule = readonly [RegExp, string];
const byRules = (dict: Dict, rules: readonly Rule[]): Dict =>
  new Map(
    [...dict].map(([name, x]) => [rules.reduce((text, [from, to]) => text.replace(from, to), name), x]),
  );

/** xinntao/ESRGAN's own names. */
export const middleNames = (dict: Dict): Dict =>
  byRules(dict, [
    [/^body\.(\d+)\.rdb/, "RRDB_trunk.$1.RDB"],
    [/^conv_body/, "trunk_conv"],
    [/^conv_up/, "upconv"],
    [/^conv_hr/, "HRconv"],
  ]);

/** The first files': a sequence in which each doubling takes three places, and the end three. */
export const oldNames = (dict: Dict, blocks: number, doublings: number): Dict =>
  byRules(dict, [
    [/^body\.(\d+)\.rdb(\d)\.(conv\d)/, "model.1.sub.$1.RDB$2.$3.0"],
    [/^conv_first/, "model.0"],
    [/^conv_body/, `model.1.sub.${blocks}`],
    ...Array.from(
      { length: doublings },
      (_, k): Rule => [new RegExp(`^conv_up${k + 1}`), `model.${3 + 3 * k}`],
    ),
    [/^conv_hr/, `model.${2 + 3 * doublings}`],
    [/^conv_last/, `model.${4 + 3 * doublings}`],
  ]);

/**
 * What is no number stays none, as in PyTorch. WGSL promises nothing here: its max and min may drop a NaN, so do some drivers' exp and
 * log, and compilers may take comparisons to be free of it. So every implementation is asked.
 */
import * as engine from "../../engine/index.ts";
import type { Tensor } from "../../engine/index.ts";

/** NaNs of both signs, and the one beside infinity. */
const NANS = new Float32Array(Uint32Array.of(0x7fc00000, 0xffc00000, 0x7f800001).buffer);

const zeros = (x: Tensor): Tensor => engine.tensor(new Float32Array(x.size), x.shape);

/** Of [n], element by element. */
const ELEMENTWISE: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  abs: (x) => x.abs(),
  exp: (x) => x.exp(),
  log: (x) => x.add(4).log(),
  pow: (x) => x.add(4).pow(0.5),
  "pow of 2": (x) => engine.pow(2, x),
  sqrt: (x) => x.add(4).sqrt(),
  rsqrt: (x) => x.add(4).rsqrt(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  erf: (x) => x.erf(),
  erfc: (x) => x.erfc(),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  silu: (x) => x.silu(),
  gelu: (x) => engine.gelu(x),
  elu: (x) => x.elu(),
  relu: (x) => x.relu(),
  leakyRelu: (x) => x.leakyRelu(0.2),
  prelu: (x) => x.prelu(engine.tensor([0.25])),
  clamp: (x) => x.clamp(-1, 1),
  "maximum, first": (x) => x.maximum(zeros(x)),
  "maximum, second": (x) => engine.maximum(0, x),
  "minimum, first": (x) => x.minimum(0),
  "minimum, second": (x) => engine.minimum(zeros(x), x),
  "max of two": (x) => engine.max(engine.stack([x, zeros(x)]), 0),
  "min of two": (x) => engine.min(engine.stack([zeros(x), x]), 0),
  "is not equal to itself": (x) => engine.where(x.ne(x), x, 0),
  "is NaN": (x) => engine.where(x.isnan(), x, 0),
  "relu behind a convolution": (x) =>
    engine
      .conv2d(x.reshape([1, 1, x.size, 1]), engine.tensor([[[[1]]]]))
      .relu()
      .reshape([x.size]),
  "max pooling": (x) =>
    engine
      .maxPool1d(engine.stack([zeros(x), x, zeros(x)], 1).reshape([1, 3 * x.size, 1]), { kernel: 3 })
      .reshape([x.size]),
  "max pooling of channels": (x) =>
    engine
      .maxPool1d(engine.stack([zeros(x), x, zeros(x)]).reshape([1, 3, x.size]), { kernel: 3 })
      .reshape([x.size]),
};

/** Of [n] with the first NaN at `at`: what comes out. */
const WHOLE: Readonly<Record<string, (x: Tensor, at: number) => readonly [Tensor, number]>> = {
  max: (x) => [engine.max(x), Number.NaN],
  min: (x) => [engine.min(x), Number.NaN],
  argmax: (x, at) => [engine.argmax(x), at],
  argmin: (x, at) => [engine.argmin(x), at],
};

export async function passesNaN(): Promise<undefined> {
  const wrong: string[] = [];
  // Kernels compute one element at a time, or four.
  for (const size of [3, 4])
    for (const [k, nan] of NANS.entries()) {
      const x = Float32Array.from({ length: size }, (_, i) => (i === k ? nan : i - 1.5));
      for (const [name, f] of Object.entries(ELEMENTWISE)) {
        const y = await f(engine.tensor(x)).data();
        if (y.some((v, i) => Number.isNaN(v) !== (i === k))) wrong.push(`${name} of ${x} is ${y}`);
      }
    }
  // One element, several, several a thread, several threads.
  for (const size of [1, 3, 40, 400])
    for (const [k, nan] of NANS.entries()) {
      const at = Math.floor((k * (size - 1)) / 2);
      const x = Float32Array.from({ length: size }, (_, i) =>
        i >= at && (i - at) % 7 === 0 ? nan : i - 1.5,
      );
      for (const [name, f] of Object.entries(WHOLE)) {
        const [y, want] = f(engine.tensor(x), at);
        const [got] = await y.data();
        if (!Object.is(got, want)) wrong.push(`${name} of ${size}, the first NaN at ${at}, is ${got}`);
      }
    }
  // Nor is a maximum that is infinite held within what a literal can say.
  const least = engine.tensor(new Float32Array(40).fill(Number.NEGATIVE_INFINITY));
  const [most, place] = [await engine.max(least).item(), await engine.argmax(least).item()];
  if (most !== Number.NEGATIVE_INFINITY || place !== 0)
    wrong.push(`max of minus infinity is ${most}, at place ${place}`);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

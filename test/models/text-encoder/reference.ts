/** The layers of text encoders in float64, one caption at a time. */
import { type HostTensor, toFloat32 } from "../../../engine/io/index.ts";

/** A row a step. */
export type Matrix = readonly (readonly number[])[];
type State = ReadonlyMap<string, HostTensor>;

const valuesOf = (state: State, name: string): { data: Float32Array; shape: readonly number[] } => {
  const tensor = state.get(name) as HostTensor;
  return { data: toFloat32(tensor), shape: tensor.shape };
};

/** Valid convolution; weights [out, in, kernel], as PyTorch stores them. */
export function conv(x: Matrix, state: State, layer: string): number[][] {
  const { data, shape } = valuesOf(state, `${layer}.weight`);
  const bias = valuesOf(state, `${layer}.bias`).data;
  const [out = 0, inputs = 0, kernel = 0] = shape;
  return Array.from({ length: x.length - kernel + 1 }, (_, at) =>
    Array.from({ length: out }, (__, o) => {
      let sum = bias[o] as number;
      for (let i = 0; i < inputs; i++)
        for (let k = 0; k < kernel; k++)
          sum += (x[at + k]?.[i] as number) * (data[(o * inputs + i) * kernel + k] as number);
      return sum;
    }),
  );
}

/** The largest of each window. */
export const pool = (x: Matrix, kernel: number, stride: number): number[][] =>
  Array.from({ length: Math.floor((x.length - kernel) / stride) + 1 }, (_, at) =>
    (x[0] as readonly number[]).map((__, c) =>
      Math.max(...x.slice(at * stride, at * stride + kernel).map((row) => row[c] as number)),
    ),
  );

/** Weights [out, in]. */
export function linear(x: readonly number[], state: State, layer: string): number[] {
  const { data } = valuesOf(state, `${layer}.weight`);
  return Array.from(valuesOf(state, `${layer}.bias`).data, (bias, o) =>
    x.reduce((sum, value, i) => sum + value * (data[o * x.length + i] as number), bias),
  );
}

/** All states; the first has no bias of the states' side. */
export function reluRnn(x: Matrix, state: State): number[][] {
  const states: number[][] = [];
  for (const row of x) {
    const before = states.at(-1);
    const from = linear(row, state, "rnn.i2h");
    const recurrent = before ? linear(before, state, "rnn.h2h") : from.map(() => 0);
    states.push(from.map((value, k) => Math.max(value + (recurrent[k] as number), 0)));
  }
  return states;
}

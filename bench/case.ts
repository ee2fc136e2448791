/** What a benchmark is, and what its cases are made of. */
import { flush, Parameter, type Tensor } from "../engine/index.ts";
import { fillNormal } from "../engine/random.ts";
import { type Shape, sizeOf } from "../engine/shape.ts";

/** Some work that can be done again and again. */
export interface Case {
  /** Names it on the command line and in files of results. */
  readonly id: string;
  /** Shown in tables. */
  readonly title: string;
  /** Floating-point operations of one run that the mathematics asks for, where arithmetic is the bound. */
  readonly flops?: number;
  /** Bytes that one run must read and write at least, where memory is the bound. */
  readonly bytes?: number;
  /** Makes the inputs. The result records and starts one run; it has ended when the device is idle. */
  readonly prepare: () => Promise<() => void | Promise<void>>;
}

/** Normal random numbers that live on the GPU, so that no run uploads them. */
export const state = (shape: Shape, std = 1): Parameter =>
  new Parameter("input", shape, fillNormal(new Float32Array(sizeOf(shape)), 1, streams++, 0, std));

let streams = 0;

/** The same number everywhere, on the GPU. */
export const filled = (shape: Shape, value: number): Parameter =>
  new Parameter("input", shape, new Float32Array(sizeOf(shape)).fill(value));

/** A run that computes these tensors into buffers of their own and gives the buffers back. */
export const computing = (make: () => readonly Tensor[]) => (): void => {
  const results = make();
  for (const result of results) result.keep();
  flush();
  for (const result of results) result.dispose();
};

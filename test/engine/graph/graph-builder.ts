/** A random graph in the making: its values so far, its inputs, its dice. */
import { type Shape, sizeOf } from "../../../engine/shape.ts";
import { type Input, real, uniform, whole } from "../../reference/cases/case.ts";
import type { Ops } from "../../reference/ops.ts";

/** A value of the graph: its number (in order of creation), and a bound of its magnitude. */
export interface Value {
  readonly at: number;
  readonly shape: Shape;
  readonly bound: number;
}

/** One op. */
export interface Instruction {
  readonly reads: readonly Value[];
  readonly shape: Shape;
  readonly bound: number;
  /** For people. */
  readonly text: string;
  apply<T>(k: Ops<T>, args: readonly T[]): T;
}

/** Makes an op that reads this value, or nothing where it cannot. */
export type Maker = (b: Builder, x: Value) => Instruction | undefined;

/** Elements of the largest value. */
const LARGEST = 2048;
/** Larger values are scaled down. */
const BOUND = 20;

/** A graph in the making. */
export class Builder {
  readonly values: Value[] = [];
  readonly inputs: Input[] = [];
  /** What makes each value: an input, by its number, or an op. */
  readonly sources: (number | Instruction)[] = [];
  private readonly next: () => number;

  constructor(seed: string) {
    this.next = uniform(seed);
  }

  /** A whole number from 0 to n - 1. */
  roll(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** One of these. */
  pick<X>(from: readonly X[]): X {
    return from[this.roll(from.length)] as X;
  }

  private add(shape: Shape, bound: number, source: number | Instruction): Value {
    const value = { at: this.values.length, shape, bound };
    this.values.push(value);
    this.sources.push(source);
    return value;
  }

  private input(input: Input, bound: number): Value {
    return this.add(input.shape, bound, this.inputs.push(input) - 1);
  }

  /** A new input of numbers up to `bound`, no two equal. */
  fresh(shape: Shape, bound = 1.5): Value {
    return this.input(real(shape, -bound, bound), bound + 0.05);
  }

  /** A new input of whole numbers. */
  indices(shape: Shape, below: number): Value {
    return this.input(whole(shape, below), below);
  }

  /** Some value whose shape is wanted; values that no op can read (indices) are never among them. */
  partner(wanted: (shape: Shape) => boolean): Value | undefined {
    const all = this.values.filter(({ at, shape }) => this.isReal(at) && wanted(shape));
    return all.length > 0 ? this.pick(all) : undefined;
  }

  isReal(at: number): boolean {
    const source = this.sources[at] as number | Instruction;
    return typeof source !== "number" || this.inputs[source]?.dtype === "f32";
  }

  /** Adds an op, which may be too large. */
  record(instruction: Instruction): boolean {
    if (sizeOf(instruction.shape) > LARGEST) return false;
    const { bound, apply, text } = instruction;
    const scale = 2 / bound;
    if (bound <= BOUND) this.add(instruction.shape, bound, instruction);
    else
      this.add(instruction.shape, 2, {
        ...instruction,
        text: `${scale.toPrecision(3)} · ${text}`,
        apply: (k, args) => k.mul(apply(k, args), scale),
      });
    return true;
  }
}

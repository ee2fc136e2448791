/** An operator's node as the code that computes it sees it: inputs, attributes with their defaults, and refusals that name it. */
import { InputError } from "../errors.ts";
import { type Shape, showShape } from "../shape.ts";
import type { AttributeOf, AttributeValues, OperatorNode } from "./model.ts";
import type { Numbers } from "./types.ts";
import type { Value } from "./value.ts";

/** How a node is named in messages. */
export const placeOf = (node: OperatorNode): string =>
  `${node.operator} ${node.name === "" ? `that makes ${JSON.stringify(node.outputs[0] ?? "")}` : JSON.stringify(node.name)}`;

export class Call {
  readonly node: OperatorNode;
  /** Version of the operator set. */
  readonly version: number;
  readonly inputs: readonly (Value | undefined)[];

  constructor(node: OperatorNode, version: number, inputs: readonly (Value | undefined)[]) {
    this.node = node;
    this.version = version;
    this.inputs = inputs;
  }

  /** How many results are wanted. */
  get wanted(): number {
    return this.node.outputs.length;
  }

  /** Whether result k is used by its name. */
  wants(k: number): boolean {
    return (this.node.outputs[k] ?? "") !== "";
  }

  input(k: number): Value {
    return this.inputs[k] ?? this.refuse(`input ${k + 1} is missing`);
  }

  /** The numbers of an input that the operator declares that it reads. */
  numbers(k: number): Numbers {
    return (
      this.input(k).host ?? this.refuse(`input ${k + 1} must be known before anything is computed; use run()`)
    );
  }

  /** Whole numbers of such an input; undefined where it is left out. */
  wholes(k: number): number[] | undefined {
    return this.inputs[k] ? [...this.numbers(k)] : undefined;
  }

  /** A single number of such an input, or the other one. */
  scalar(k: number, otherwise: number): number {
    return this.inputs[k] ? (this.numbers(k)[0] ?? otherwise) : otherwise;
  }

  /** An axis in 0..rank - 1. */
  axis(axis: number, rank: number): number {
    const normal = axis < 0 ? axis + rank : axis;
    return normal >= 0 && normal < Math.max(rank, 1)
      ? normal
      : this.refuse(`axis ${axis} is outside a tensor of rank ${rank}`);
  }

  has(name: string): boolean {
    return this.node.attributes.has(name);
  }

  int(name: string, otherwise: number): number {
    return this.number(name, otherwise);
  }

  float(name: string, otherwise: number): number {
    return this.number(name, otherwise);
  }

  string<Word extends string>(name: string, otherwise: Word, known?: readonly Word[]): Word {
    const found = this.of(name, "string");
    const word = (found?.value ?? otherwise) as Word;
    if (known && !known.includes(word))
      this.refuse(`${name} must be one of ${known.join(", ")}, got ${JSON.stringify(word)}`);
    return word;
  }

  /** A list of integers or floats. */
  list(name: string): readonly number[] | undefined {
    return (this.of(name, "ints") ?? this.of(name, "floats"))?.value;
  }

  strings(name: string): readonly string[] | undefined {
    return this.of(name, "strings")?.value;
  }

  /** An attribute of this kind; one of another kind counts as missing. */
  of<K extends keyof AttributeValues>(name: string, kind: K): AttributeOf<K> | undefined {
    const found = this.node.attributes.get(name);
    return found?.kind === kind ? (found as AttributeOf<K>) : undefined;
  }

  refuse(reason: string): never {
    throw new InputError(`onnx: ${placeOf(this.node)}: ${reason}`);
  }

  expectRank(x: Value, least: number, what = "the input"): void {
    if (x.rank < least)
      this.refuse(`${what} should have at least ${least} axes, got ${showShape(x.shape as Shape)}`);
  }

  private number(name: string, otherwise: number): number {
    return (this.of(name, "int") ?? this.of(name, "float"))?.value ?? otherwise;
  }
}

/** What an operator makes of its inputs. */
export type Compute = (call: Call) => Value | readonly Value[];

/** An operator, and which of its inputs it must know before anything can be computed. */
export interface Operator {
  readonly compute: Compute;
  /** Places of inputs whose numbers are read, where they are there. */
  readonly reads: (call: Call) => readonly number[];
}

/** Operators by name; those in a plain function read nothing. */
export type Family = Readonly<Record<string, Compute | Operator>>;

/** An operator that reads the inputs at these places. */
export const reading = (
  places: readonly number[] | ((call: Call) => readonly number[]),
  compute: Compute,
): Operator => ({
  compute,
  reads: typeof places === "function" ? places : () => places,
});

/** One that reads all of them. */
export const readingAll = (compute: Compute): Operator => ({
  compute,
  reads: (call) => call.inputs.map((_, k) => k),
});

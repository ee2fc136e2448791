/**
 * Finding out where the first number came from that is not finite (NaN or infinite). While this is on, every op is a
 * kernel of its own, and a tiny kernel behind it looks through the bits of its result; what a program is given
 * (inputs, parameters) is looked through before it is first read.
 */
import { isFloat } from "../dtype.ts";
import { NonFiniteError, type NonFiniteReport } from "../errors.ts";
import { fromFloat16Bits } from "../half.ts";
import source from "../../shaders/non-finite.wgsl";
import { type Shape, showShape, sizeOf, stridesOf } from "../shape.ts";
import { specialise } from "../gpu/kernel.ts";
import type { LoweredKernel, LoweredStep } from "./lowered.ts";
import type { Operand } from "./operands.ts";
import type { Node, Target } from "./node.ts";

/** One stretch of numbers that is looked through. */
export interface Check {
  readonly role: "result" | "given" | "state";
  /** The op that makes the numbers, or is the first to read them. */
  readonly node: Node;
  readonly name: string;
  readonly shape: Shape;
  /** Two bytes an element. */
  readonly half: boolean;
  /** The buffer, and where the stretch begins in it, in elements. */
  readonly operand: Operand;
  readonly start: number;
  /** The checks of what the op reads. */
  readonly inputs: readonly number[];
}

/** Bytes of a check's record, so that each can be bound by itself. */
const RECORD_BYTES = 256;
const RECORD_WORDS = RECORD_BYTES / 4;

/** The checks of a program, in the order in which they run. */
class CheckPlan {
  readonly checks: Check[] = [];
  private readonly known = new Map<Node, number>();
  private readonly base: (node: Node) => Node;
  private readonly isGiven: (node: Node) => boolean;
  private readonly nativeF16: boolean;

  /**
   * @param base the node whose buffer holds the numbers of a node
   * @param isGiven whether a node's value was there before the program runs
   */
  constructor(base: (node: Node) => Node, isGiven: (node: Node) => boolean, { nativeF16 }: Target) {
    this.nativeF16 = nativeF16;
    this.base = base;
    this.isGiven = isGiven;
  }

  /** Checks of what a step is the first to read. */
  before(lowered: LoweredStep): readonly number[] {
    const { root } = lowered.step;
    return this.floatsOf(lowered, false).flatMap((node) =>
      this.known.has(node) || !this.isGiven(node)
        ? []
        : [this.add({ role: "given", node: root, name: nameOf(node), ...this.whole(node) }, node)],
    );
  }

  /** Checks of what a step has computed. */
  after(lowered: LoweredStep): readonly number[] {
    const { root } = lowered.step;
    const inputs = this.floatsOf(lowered, false).flatMap((node) => this.known.get(node) ?? []);
    if (root.op.kind === "effect") return this.afterEffect(root, inputs);
    // A packing op may leave gaps whose contents mean nothing; its inputs are looked through one by one.
    if (root.op.kind === "kernel" && root.op.placement) return [];
    return this.floatsOf(lowered, true).map((node) =>
      this.add({ role: "result", node, name: node.op.name, ...this.whole(node), inputs }, node),
    );
  }

  private afterEffect(node: Node, inputs: readonly number[]): readonly number[] {
    return node.writes.flatMap((storage, state) => {
      const operand = { effect: node, state, write: false };
      // Between the parts of a storage lie gaps.
      const parts = storage.parts.length > 0 ? storage.parts : [storage];
      return parts.map((part) => {
        const start = part === storage ? 0 : part.offset / 4;
        return this.add({
          role: "state",
          node,
          name: part.name,
          shape: [part.bytes / 4],
          half: false,
          operand,
          start,
          inputs,
        });
      });
    });
  }

  private add(check: Omit<Check, "inputs"> & { inputs?: readonly number[] }, of?: Node): number {
    const index = this.checks.push({ inputs: [], ...check }) - 1;
    if (of) this.known.set(of, index);
    return index;
  }

  private floatsOf({ kernels }: LoweredStep, written: boolean): readonly Node[] {
    const nodes = new Set<Node>();
    for (const { operands } of kernels)
      for (const operand of operands)
        if ("node" in operand && operand.write === written) nodes.add(this.base(operand.node));
    return [...nodes].filter((node) => isFloat(node.dtype) && node.size > 0);
  }

  private whole(node: Node) {
    const half = node.dtype === "f16" && this.nativeF16;
    return { shape: node.shape, half, operand: { node, write: false }, start: 0 };
  }
}

function nameOf(node: Node): string {
  return node.storage?.name ?? (node.host ? "a tensor" : node.op.name);
}

/** The kernel that makes a check; its record is the step's scratch buffer 0. */
function checkKernel({ operand, shape, half }: Check): LoweredKernel {
  const groups = Math.min(Math.ceil(sizeOf(shape) / 1024), 1024);
  const operands = [operand, { scratch: 0, write: true }];
  const text = specialise("non-finite", source, { constants: { HALF: half ? "true" : "false" } });
  return { name: "non-finite", text, operands, grid: [groups, 1, 1], flops: 0 };
}

/** The records as they are before a run. */
function emptyRecords(checks: readonly Check[]): Uint32Array<ArrayBuffer> {
  const records = new Uint32Array(checks.length * RECORD_WORDS);
  checks.forEach(({ start, shape }, k) => {
    records.set([start, sizeOf(shape)], k * RECORD_WORDS);
  });
  return records;
}

/** When a program ran: in an optimiser's update, or after one. */
export interface When {
  readonly step: number | undefined;
  readonly running: boolean;
}

/** What the records say after a run: an error about the first stretch with a number that is not finite. */
function firstNonFinite(
  checks: readonly Check[],
  records: Uint32Array,
  when: When,
): NonFiniteError | undefined {
  const recordOf = (k: number) => {
    const bitsAs = checks[k]?.half ? halfOf : floatOf;
    const [, , nan = 0, infinite = 0, first = 0, largest = 0] = records.subarray(k * RECORD_WORDS);
    return { nan, infinite, first: ~first >>> 0, largest: bitsAs(largest) };
  };
  const at = checks.findIndex((_, k) => recordOf(k).nan + recordOf(k).infinite > 0);
  const check = checks[at];
  if (!check) return undefined;
  const { nan, infinite, first } = recordOf(at);
  const { role, name, shape, node } = check;
  const inputs = check.inputs.map((k) => {
    const input = checks[k] as Check;
    return { name: input.name, shape: input.shape, largest: recordOf(k).largest };
  });
  const found = { nan, infinite, first: coordinatesOf(first, shape) };
  const { layer } = node;
  const report = { role, op: node.op.name, layer, name, shape, ...found, ...when, inputs };
  return new NonFiniteError(messageOf(report), report);
}

function messageOf(r: NonFiniteReport): string {
  const kinds = [r.nan > 0 ? [`${r.nan} NaN`] : [], r.infinite > 0 ? [`${r.infinite} infinite`] : []].flat();
  const what = `${kinds.join(" and ")} of ${sizeOf(r.shape)} numbers of shape ${showShape(r.shape)}, the first at ${showShape(r.first)}`;
  const layer = r.layer ? ` in layer ${r.layer}` : "";
  const step = r.step === undefined ? "" : `, ${r.running ? "in" : "after"} update ${r.step}`;
  if (r.role === "given") return `${r.op}${layer} was given ${r.name} with ${what}${step}`;
  if (r.role === "state") return `${r.op}${layer} left ${r.name} with ${what}${step}`;
  const inputs = r.inputs.map(
    (i) => `${i.name} ${showShape(i.shape)} of magnitude up to ${i.largest.toPrecision(3)}`,
  );
  const finite = inputs.length > 0 ? `; what it was computed from was finite: ${inputs.join(", ")}` : "";
  return `${r.op}${layer} made ${what}${step}${finite}`;
}

function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number;
}

const halfOf = (bits: number): number => fromFloat16Bits(Uint16Array.of(bits))[0] as number;

function coordinatesOf(index: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(index / stride) % (shape[axis] as number));
}

/** What a run-time needs that looks through results. It is handed over, since few programs ever do: the others need not load it. */
export const finiteChecks = { RECORD_BYTES, CheckPlan, checkKernel, emptyRecords, firstNonFinite };

export type FiniteChecks = typeof finiteChecks;

/** Epilogues: what a kernel does with its results before it stores them: the values computed from them, and updates of state. */
import { type DType, storedType, wgslType } from "../dtype.ts";
import { Body, type BodyInput, type IsStored } from "./codegen.ts";
import type { Node, Target } from "./node.ts";
import type { Operand } from "./operands.ts";
import type { Step } from "./schedule.ts";
import { expandView, Index } from "./view.ts";

/** Text for a hook that gets the kernel's results and returns what the kernel itself is to store. */
export interface Epilogue {
  /** Of what the hook returns. */
  readonly type: string;
  /** The type that it has in memory. */
  readonly stored: string;
  /** Over `e`, the number of the first element at hand. */
  readonly statements: string;
  /** What the hook returns. */
  readonly result: string;
  /** Bindings and functions that the body refers to. */
  readonly declarations: string;
  /** The buffer that the kernel itself writes. */
  readonly destination: Operand;
  /** Further buffers, from binding `firstBinding` on. */
  readonly operands: readonly Operand[];
}

type Destination = { readonly node: Node } | { readonly update: Node };

/** The element type of what a destination holds; state is in full precision. */
const dtypeOf = (to: Destination): DType => ("node" in to ? to.node.dtype : "f32");

/** The kernel that the epilogue is for. */
export interface EpilogueContext {
  readonly width: 1 | 4;
  readonly isStored: IsStored;
  readonly target: Target;
  /** WGSL of the values that the kernel itself computes. */
  readonly given: ReadonlyMap<Node, string>;
  /** Of the buffers beyond the kernel's own. */
  readonly firstBinding: number;
  /** Buffers that the kernel's other body has declared. */
  readonly bound?: readonly BodyInput[];
}

export function epilogueOf(step: Step, context: EpilogueContext): Epilogue {
  const { width, isStored, target, given, firstBinding, bound } = context;
  const { outputs, updates, members } = step;
  const destinations: Destination[] = [
    ...outputs.map((node) => ({ node })),
    ...(step.root.op.kind === "effect" ? [{ update: step.root }] : []),
    ...updates.map((update) => ({ update })),
  ];
  const names = destinations.map((_, k) => (k === 0 ? "y" : `out${k}`));
  const extra = destinations.length - 1;
  const body = new Body(
    width,
    firstBinding + extra,
    (node) => !members.has(node) && isStored(node),
    target,
    given,
    bound,
  );
  const at = width === 4 ? "(e >> 2u)" : "e";
  const values = destinations.map((to, k) => {
    if ("node" in to) return body.value(to.node);
    const { update } = to;
    const [{ size }] = update.inputs as [Node];
    const args = update.inputs.map((input) =>
      body.value(
        input,
        input.size === size ? Index.identity : Index.identity.through(expandView(input.shape, [size])),
      ),
    );
    const { op } = update;
    const t = wgslType(dtypeOf(to), width);
    return op.kind === "effect" && op.expression ? op.expression(args, `${names[k]}[${at}]`, t) : "";
  });
  const stored = destinations.map((to) => storedType(dtypeOf(to), width, target.nativeF16));
  const stores = values
    .map((value, k) => (k === 0 ? "" : `  ${names[k]}[${at}] = ${stored[k]}(${value});\n`))
    .join("");
  const bindings = destinations.map((_, k) =>
    k === 0
      ? ""
      : `@group(0) @binding(${firstBinding + k - 1}) var<storage, read_write> ${names[k]}: array<${stored[k]}>;\n`,
  );
  const operands = destinations.map(
    (to): Operand =>
      "node" in to ? { node: to.node, write: true } : { effect: to.update, state: 0, write: true },
  );
  return {
    type: wgslType(dtypeOf(destinations[0] as Destination), width),
    stored: stored[0] as string,
    statements: `${body.statements}\n${stores}`,
    result: values[0] as string,
    declarations: bindings.join("") + body.declarations,
    destination: operands[0] as Operand,
    operands: [...operands.slice(1), ...body.inputs.map(({ leaf }) => ({ node: leaf, write: false }))],
  };
}

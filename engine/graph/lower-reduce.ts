/** Kernels of reductions, and of means with their centred squares. */
import { isFloat, wgslType } from "../dtype.ts";
import { foldGrid, specialise } from "../gpu/kernel.ts";
import mergeSource from "../../shaders/moments-merge.wgsl";
import momentsSource from "../../shaders/moments.wgsl";
import reduceSource from "../../shaders/reduce.wgsl";
import { sizeOf } from "../shape.ts";
import { Body, type IsStored, literal, passNaN } from "./codegen.ts";
import { type Epilogue, epilogueOf } from "./epilogue.ts";
import type { LoweredKernel, LoweredStep } from "./lowered.ts";
import type { Node, ReduceOp, Target } from "./node.ts";
import type { Operand } from "./operands.ts";
import { axesOf } from "./pattern.ts";
import type { Step } from "./schedule.ts";
import { Index, permuteView } from "./view.ts";

const NEUTRAL = { sum: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY } as const;

/** The hook of that name. WGSL has no literal for infinity and refuses what amounts to one, so its bits come from a variable. */
function neutralHook(combines: readonly ReduceOp["combine"][], dtype: Node["dtype"]): string {
  const values = combines.map((how) => {
    if (how === "sum" || !isFloat(dtype)) return `T(${literal(NEUTRAL[how], dtype)})`;
    return `T(${how === "max" ? "-" : ""}bitcast<f32>(infinite))`;
  });
  return `var<private> infinite = 0x7f800000u;\nfn neutral() -> Results {\n  return Results(${values.join(", ")});\n}`;
}

/** Threads of a workgroup on GPUs. */
const WORKGROUP = 64;
/** Threads that keep an adapter busy. */
const THREADS = { software: 256, hardware: 16384 } as const;
/** Rows that one thread goes through at most: bounds the rounding error of long sums. */
const MAX_ROWS_PER_THREAD = { software: 65536, hardware: 1024 } as const;
/** On software adapters, elements up to which one core for every 8 threads is enough. */
const SMALL = 2 ** 23;

/** How the rows are shared out. */
interface Plan {
  readonly width: 1 | 4;
  readonly outputs: number;
  readonly rows: number;
  readonly slices: number;
  readonly workgroup: number;
  /** A sum to one number, gathered as four. */
  readonly folded: boolean;
}

function planFor(root: Node, target: Target, canFold: boolean): Plan {
  const x = root.inputs[0] as Node;
  const rows = sizeOf(axesOf(root).map((axis) => x.shape[axis] as number));
  // One number is first folded to four, so that its elements too are read four at a time.
  const folded = canFold && root.size === 1 && rows % 4 === 0 && rows > 64;
  const width = folded || (root.size & 3) === 0 ? 4 : 1;
  const outputs = folded ? 1 : root.size / width;
  const rowsOfT = folded ? rows / 4 : rows;
  const kind = target.software ? "software" : "hardware";
  const most = MAX_ROWS_PER_THREAD[kind];
  const least = Math.ceil(rowsOfT / most);
  const common = { width, outputs, rows: rowsOfT, folded } as const;
  // A software adapter runs a workgroup on one core and its threads as lanes of vectors: two small workgroups are enough,
  // and a second dispatch costs more than it brings. Numbers are read one by one: that compiles in a third of the time.
  const lanes = target.subgroupSize || 8;
  if (target.software && outputs >= 2 * lanes && least === 1 && x.size <= SMALL)
    return { ...common, width: 1, outputs: root.size, slices: 1, workgroup: lanes };
  const wanted = Math.min(Math.ceil(THREADS[kind] / outputs), Math.ceil(rowsOfT / 16));
  const slices = rowsOfT <= 32 ? 1 : Math.max(wanted, least);
  return { ...common, slices, workgroup: WORKGROUP };
}

/** Sums of half precision are formed in f32. */
const scratchType = ({ dtype }: Node): Node["dtype"] => (isFloat(dtype) ? "f32" : dtype);

/** The numbering of the rows: reduced axes first. */
function rowIndex(root: Node): Index {
  const { shape } = root.inputs[0] as Node;
  const axes = axesOf(root);
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return Index.identity.through(permuteView(shape, [...axes, ...kept]));
}

interface Dispatch {
  readonly name: string;
  readonly source: string;
  readonly hooks: Readonly<Record<string, string>>;
  readonly declarations: string;
  readonly inputs: readonly Operand[];
  readonly constants: { readonly OUTPUTS: number; readonly ROWS: number; readonly SLICES: number };
  readonly more?: Readonly<Record<string, number | string>>;
  readonly width: 1 | 4;
  readonly threads: number;
  readonly workgroup: number;
}

/** One dispatch: with an epilogue the last one, else its partial results go to the scratch buffer. */
function dispatch(
  d: Dispatch,
  results: string,
  dtype: Node["dtype"],
  epilogue: Epilogue | undefined,
): LoweredKernel {
  const grid = foldGrid(Math.ceil(d.threads / d.workgroup));
  const hooks: Record<string, string> = { ...d.hooks };
  if (epilogue)
    hooks.finish = `fn finish(v: ${results}, i: u32) -> Y {\n  let e = i * ${d.width}u;\n${epilogue.statements}  return Y(${epilogue.result});\n}`;
  const text = specialise(d.name, d.source, {
    constants: {
      T: wgslType(dtype, d.width),
      ...d.constants,
      ...d.more,
      WORKGROUP: d.workgroup,
      ROW: grid[0] * d.workgroup,
      ...(epilogue && { Y: epilogue.stored }),
    },
    hooks,
    declarations: `${d.declarations}\n${epilogue?.declarations ?? ""}`,
  });
  return {
    name: d.name,
    text,
    operands: [
      epilogue?.destination ?? { scratch: 0, write: true },
      ...d.inputs,
      ...(epilogue?.operands ?? []),
    ],
    grid,
    flops: d.constants.OUTPUTS * d.width * d.constants.ROWS,
  };
}

/** Reductions side by side. */
export function lowerReduce(step: Step, isStored: IsStored, target: Target): LoweredStep {
  const { root, reduced } = step;
  if (root.size === 0) return { step, kernels: [], scratch: [] };
  const { width, outputs, rows, slices, workgroup, folded } = planFor(root, target, true);
  const count = reduced.length;
  const combines = reduced.map(({ op }) => (op as ReduceOp).combine);
  const neutral = neutralHook(combines, root.dtype);
  const combine = (width: 1 | 4) => {
    const t = wgslType(root.dtype, width);
    const results = combines.map((how, k) =>
      how === "sum" ? `a[${k}] + b[${k}]` : passNaN(`${how}(a[${k}], b[${k}])`, [`a[${k}]`, `b[${k}]`], t),
    );
    return `fn combine(a: Results, b: Results) -> Results {\n  return Results(${results.join(", ")});\n}`;
  };
  const name = `reduce ${reduced.map(({ op }) => op.name).join(" ")}`;
  const common = {
    source: reduceSource,
    name,
    more: { REDUCTIONS: count },
  };
  const given = new Map(reduced.map((node, k) => [node, `v[${k}]`]));
  const context = { isStored, target, given };

  const body = new Body(width, 1, (node) => !reduced.includes(node) && isStored(node), target);
  const index = rowIndex(root);
  const values = reduced.map((node) => body.value(node.inputs[0] as Node, index));
  const element = `fn element(r: u32, o: u32) -> Results {\n  let e = (r * OUTPUTS + o) * ${width}u;\n${body.statements}\n  return Results(${values.join(", ")});\n}`;
  const inputs = body.inputs.map(({ leaf }): Operand => ({ node: leaf, write: false }));
  const first: Dispatch = {
    ...common,
    hooks: { neutral, element, combine: combine(width) },
    declarations: body.declarations,
    inputs,
    constants: { OUTPUTS: outputs, ROWS: rows, SLICES: slices },
    width,
    threads: outputs * slices,
    workgroup,
  };
  if (slices === 1 && !folded) {
    const epilogue = epilogueOf(step, {
      ...context,
      width,
      firstBinding: 1 + inputs.length,
      bound: body.inputs,
    });
    return { step, kernels: [dispatch(first, "Results", root.dtype, epilogue)], scratch: [] };
  }
  const w = folded ? 1 : width;
  const lanes = Array.from({ length: count }, (_, k) => `part[at + ${4 * k}u]`).join(", ");
  const part = folded
    ? `let at = (r >> 2u) * ${4 * count}u + (r & 3u);\n  return Results(${lanes});`
    : "return part[r * OUTPUTS + o];";
  const second: Dispatch = {
    ...common,
    hooks: { neutral, element: `fn element(r: u32, o: u32) -> Results {\n  ${part}\n}`, combine: combine(w) },
    declarations: `@group(0) @binding(1) var<storage, read> part: array<${folded ? wgslType(root.dtype, 1) : "Results"}>;`,
    inputs: [{ scratch: 0, write: false }],
    constants: { OUTPUTS: root.size / w, ROWS: folded ? slices * 4 : slices, SLICES: 1 },
    width: w,
    threads: root.size / w,
    workgroup: WORKGROUP,
  };
  const kernels = [
    dispatch(first, "Results", root.dtype, undefined),
    dispatch(second, "Results", root.dtype, epilogueOf(step, { ...context, width: w, firstBinding: 2 })),
  ];
  return { step, kernels, scratch: [{ size: slices * outputs * width * count, dtype: scratchType(root) }] };
}

/** A sum and the centred squares around its mean. */
export function lowerMoments(step: Step, isStored: IsStored, target: Target): LoweredStep {
  const { root, reduced } = step;
  if (root.size === 0) return { step, kernels: [], scratch: [] };
  const { width, outputs, rows, slices, workgroup } = planFor(root, target, false);
  const given = new Map([
    [root, `(v.mean * T(${rows}))`],
    [reduced[1] as Node, "v.squares"],
  ]);
  const context = { isStored, target, given };
  const body = new Body(width, 1, (node) => !reduced.includes(node) && isStored(node), target);
  const value = body.value(root.inputs[0] as Node, rowIndex(root));
  const inputs = body.inputs.map(({ leaf }): Operand => ({ node: leaf, write: false }));
  const constants = { OUTPUTS: outputs, ROWS: rows, SLICES: slices };
  const first: Dispatch = {
    name: "moments",
    source: momentsSource,
    hooks: {
      element: `fn element(r: u32, o: u32) -> T {\n  let e = (r * OUTPUTS + o) * ${width}u;\n${body.statements}\n  return ${value};\n}`,
    },
    declarations: body.declarations,
    inputs,
    constants,
    width,
    threads: outputs * slices,
    workgroup,
  };
  if (slices === 1) {
    const epilogue = epilogueOf(step, {
      ...context,
      width,
      firstBinding: 1 + inputs.length,
      bound: body.inputs,
    });
    return { step, kernels: [dispatch(first, "Moments", root.dtype, epilogue)], scratch: [] };
  }
  const second: Dispatch = {
    name: "moments-merge",
    source: mergeSource,
    hooks: {},
    declarations: "",
    inputs: [{ scratch: 0, write: false }],
    constants,
    width,
    threads: outputs,
    workgroup: WORKGROUP,
  };
  const kernels = [
    dispatch(first, "Moments", root.dtype, undefined),
    dispatch(second, "Moments", root.dtype, epilogueOf(step, { ...context, width, firstBinding: 2 })),
  ];
  return { step, kernels, scratch: [{ size: slices * outputs * width * 2, dtype: "f32" }] };
}

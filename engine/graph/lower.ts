/** From steps to dispatches: the WGSL text, the buffers and the grid of every kernel of a program. */
import { storedType, wgslType } from "../dtype.ts";
import { foldGrid, type Launch, specialise } from "../gpu/kernel.ts";
import { sizeOf } from "../shape.ts";
import pointwiseSource from "../../shaders/pointwise.wgsl";
import reduceSource from "../../shaders/reduce.wgsl";
import { Body, type IsStored, literal } from "./codegen.ts";
import type { Step } from "./fuse.ts";
import type { Node, Target } from "./node.ts";
import { type LoweredScratch, type Operand, scratchOf, storedTypes } from "./operands.ts";
import { Index, permuteView } from "./view.ts";

export interface LoweredKernel {
  readonly name: string;
  readonly text: string;
  readonly operands: readonly Operand[];
  readonly grid: readonly [number, number, number];
  readonly flops: number;
}

export interface LoweredStep {
  readonly step: Step;
  readonly kernels: readonly LoweredKernel[];
  readonly scratch: readonly LoweredScratch[];
}

const WORKGROUP = 64;
const widthFor = (size: number): 1 | 4 => ((size & 3) === 0 ? 4 : 1);

/** `isStored` says which nodes are read from buffers; `skip` which inputs of a packing op are already in place. */
export function lower(
  step: Step,
  isStored: IsStored,
  target: Target,
  skip: ReadonlySet<number>,
): LoweredStep {
  const { op } = step.root;
  if (op.kind === "reduce") return lowerReduce(step, isStored, target);
  if (op.kind === "kernel" || op.kind === "effect")
    return lowerLaunches(step, op.launches(step.root, target), isStored, target, skip);
  return lowerPointwise(step, isStored, target);
}

function lowerPointwise(step: Step, isStored: IsStored, target: Target): LoweredStep {
  const { root } = step;
  if (root.size === 0) return { step, kernels: [], scratch: [] };
  const width = widthFor(root.size);
  const t = wgslType(root.dtype, width);
  // The root itself is stored, but by this kernel.
  const body = new Body(width, 1, (node) => node !== root && isStored(node), target);
  const result = body.value(root);
  const count = root.size / width;
  const grid = foldGrid(Math.ceil(count / WORKGROUP));
  const text = specialise("pointwise", pointwiseSource, {
    constants: {
      T: t,
      StoredY: storedType(root.dtype, width, target.nativeF16),
      COUNT: count,
      ROW: grid[0] * WORKGROUP,
    },
    hooks: {
      value: `fn value(i: u32) -> T {\n  let e = i * ${width}u;\n${body.statements}\n  return ${result};\n}`,
    },
    declarations: body.declarations,
  });
  const operands = [
    { node: root, write: true },
    ...body.inputs.map(({ leaf }) => ({ node: leaf, write: false })),
  ];
  return {
    step,
    kernels: [{ name: `pointwise ${root.op.name}`, text, operands, grid, flops: root.size }],
    scratch: [],
  };
}

/** Text of an epilogue hook and the bindings it adds. */
function epilogueHook(
  step: Step,
  width: 1 | 4,
  isStored: IsStored,
  target: Target,
  firstBinding: number,
  signature: string,
  e: string,
) {
  const { root, epilogue, storesRoot } = step;
  if (!epilogue) return undefined;
  const t = storedType(root.dtype, width, target.nativeF16);
  const body = new Body(
    width,
    firstBinding + (storesRoot ? 1 : 0),
    (node) => node !== epilogue && isStored(node),
    target,
    root,
  );
  const result = body.value(epilogue);
  const raw = storesRoot
    ? `@group(0) @binding(${firstBinding}) var<storage, read_write> raw: array<${t}>;\n`
    : "";
  const keep = storesRoot ? `  raw[${width === 4 ? "e >> 2u" : "e"}] = ${t}(v);\n` : "";
  return {
    hook: `${signature} {\n  let e = ${e};\n${keep}${body.statements}\n  return ${result};\n}`,
    declarations: raw + body.declarations,
    operands: [
      ...(storesRoot ? [{ node: root, write: true }] : []),
      ...body.inputs.map(({ leaf }) => ({ node: leaf, write: false })),
    ] satisfies Operand[],
  };
}

const COMBINE = { sum: "a + b", max: "max(a, b)", min: "min(a, b)" } as const;
const NEUTRAL = { sum: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY } as const;

/** Rows that one thread adds up at most: bounds the rounding error of long sums. */
const MAX_ROWS_PER_THREAD = 1024;

function lowerReduce(step: Step, isStored: IsStored, target: Target): LoweredStep {
  const { root } = step;
  const op = root.op;
  if (op.kind !== "reduce" || root.size === 0) return { step, kernels: [], scratch: [] };
  const x = root.inputs[0] as Node;
  const axes = root.attributes.axes as readonly number[];
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const index = Index.identity.through(permuteView(x.shape, [...axes, ...kept]));
  const rows = sizeOf(axes.map((axis) => x.shape[axis] as number));
  // A sum to one number is first folded to four, so that its elements too are read four at a time.
  const folded = root.size === 1 && rows % 4 === 0 && rows > 64;
  const width = folded ? 4 : widthFor(root.size);
  const outputs = folded ? 1 : root.size / width;
  const rowsOfT = folded ? rows / 4 : rows;
  const threads = target.software ? 256 : 16384;
  const slices =
    rowsOfT <= 32
      ? 1
      : Math.max(
          Math.min(Math.ceil(threads / outputs), Math.ceil(rowsOfT / 16)),
          Math.ceil(rowsOfT / MAX_ROWS_PER_THREAD),
        );

  const single = slices === 1 && !folded;
  const kernel = (
    w: 1 | 4,
    constants: { OUTPUTS: number; ROWS: number; SLICES: number },
    element: string,
    declarations: string,
    output: Operand,
    inputs: readonly Operand[],
    last: boolean,
  ): LoweredKernel => {
    const t = wgslType(root.dtype, w);
    const grid = foldGrid(Math.ceil((constants.OUTPUTS * constants.SLICES) / WORKGROUP));
    const ending = last
      ? epilogueHook(
          step,
          w,
          isStored,
          target,
          1 + inputs.length,
          "fn epilogue(v: T, i: u32) -> T",
          `i * ${w}u`,
        )
      : undefined;
    const text = specialise("reduce", reduceSource, {
      constants: {
        T: t,
        StoredY: last ? storedType((step.epilogue ?? root).dtype, w, target.nativeF16) : t,
        ...constants,
        ROW: grid[0] * WORKGROUP,
        FIRST: `T(${literal(NEUTRAL[op.combine], root.dtype)})`,
      },
      hooks: {
        element: `fn element(r: u32, o: u32) -> T {\n${element}\n}`,
        combine: `fn combine(a: T, b: T) -> T {\n  return ${COMBINE[op.combine]};\n}`,
        ...(ending ? { epilogue: ending.hook } : {}),
      },
      declarations: `${declarations}\n${ending?.declarations ?? ""}`,
    });
    const name = `reduce ${op.name}`;
    return {
      name,
      text,
      operands: [output, ...inputs, ...(ending?.operands ?? [])],
      grid,
      flops: constants.OUTPUTS * w * constants.ROWS,
    };
  };

  const destination: Operand = { node: step.epilogue ?? root, write: true };
  const body = new Body(width, 1, (node) => node !== root && isStored(node), target);
  const result = body.value(x, index);
  const first = kernel(
    width,
    { OUTPUTS: outputs, ROWS: rowsOfT, SLICES: slices },
    `  let e = (r * OUTPUTS + o) * ${width}u;\n${body.statements}\n  return ${result};`,
    body.declarations,
    single ? destination : { scratch: 0, write: true },
    body.inputs.map(({ leaf }) => ({ node: leaf, write: false })),
    single,
  );
  if (single) return { step, kernels: [first], scratch: [] };
  const w = folded ? 1 : width;
  const second = kernel(
    w,
    { OUTPUTS: root.size / w, ROWS: folded ? slices * 4 : slices, SLICES: 1 },
    "  return part[r * OUTPUTS + o];",
    "@group(0) @binding(1) var<storage, read> part: array<T>;",
    destination,
    [{ scratch: 0, write: false }],
    true,
  );
  return { step, kernels: [first, second], scratch: [{ size: slices * outputs * width, dtype: "f32" }] };
}

function lowerLaunches(
  step: Step,
  launches: readonly Launch[],
  isStored: IsStored,
  target: Target,
  skip: ReadonlySet<number>,
): LoweredStep {
  const { root } = step;
  if (root.op.kind === "kernel" && root.size === 0) return { step, kernels: [], scratch: [] };
  const scratch = scratchOf(root, launches);
  const kernels = launches.flatMap((launch, k): LoweredKernel[] => {
    if (skip.has(k)) return [];
    const last = k === launches.length - 1;
    const operands = launch.bindings.map((b): Operand => {
      const write = b.write === true;
      if ("input" in b) return { node: root.inputs[b.input] as Node, write };
      if ("scratch" in b) return { scratch: b.scratch, write };
      if ("state" in b) return { effect: root, state: b.state, write };
      return { node: step.epilogue ?? root, write: true };
    });
    const t = wgslType(root.dtype, launch.epilogue?.width ?? 1);
    const ending =
      last && launch.epilogue
        ? epilogueHook(
            step,
            launch.epilogue.width,
            isStored,
            target,
            operands.length,
            `fn ${launch.epilogue.hook}(v: ${t}, i: u32) -> ${t}`,
            "i",
          )
        : undefined;
    const text = specialise(launch.name, launch.source, {
      constants: { ...launch.constants, ...storedTypes(launch, operands, scratch, target) },
      hooks: ending && launch.epilogue ? { [launch.epilogue.hook]: ending.hook } : {},
      declarations: ending?.declarations ?? "",
    });
    return [
      {
        name: launch.name,
        text,
        operands: [...operands, ...(ending?.operands ?? [])],
        grid: launch.grid,
        flops: launch.flops ?? 0,
      },
    ];
  });
  return { step, kernels, scratch };
}

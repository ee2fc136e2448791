/** From steps to dispatches: the WGSL text, the buffers and the grid of every kernel of a program. */
import { wgslType } from "../dtype.ts";
import { foldGrid, type Launch, specialise } from "../gpu/kernel.ts";
import pointwiseSource from "../../shaders/pointwise.wgsl";
import type { IsStored } from "./codegen.ts";
import { epilogueOf } from "./epilogue.ts";
import type { LoweredKernel, LoweredStep } from "./lowered.ts";
import { lowerMoments, lowerReduce } from "./lower-reduce.ts";
import type { Node, Target } from "./node.ts";
import { type Operand, scratchOf, storedTypes } from "./operands.ts";
import type { Step } from "./schedule.ts";

const WORKGROUP = 64;
/**
 * Elements up to which a software adapter takes them one by one: its compiler writes every load of a vector out lane by lane and
 * number by number, and compiles such a kernel two to three times as long as one of single numbers, which runs no slower.
 */
const SMALL = 2 ** 20;

/** `isStored` says which nodes are read from buffers; `skip` which inputs of a packing op are already in place. */
export function lower(
  step: Step,
  isStored: IsStored,
  target: Target,
  skip: ReadonlySet<number>,
): LoweredStep {
  const { op } = step.root;
  if (op.kind === "reduce")
    return step.moments ? lowerMoments(step, isStored, target) : lowerReduce(step, isStored, target);
  if ((op.kind === "kernel" || op.kind === "effect") && op.launches)
    return lowerLaunches(step, op.launches(step.root, target), isStored, target, skip);
  return lowerPointwise(step, isStored, target);
}

/** Values element by element, or an update of state. */
function lowerPointwise(step: Step, isStored: IsStored, target: Target): LoweredStep {
  const { root } = step;
  const { size } = root.op.kind === "effect" ? (root.inputs[0] as Node) : root;
  if (size === 0) return { step, kernels: [], scratch: [] };
  const width = (size & 3) === 0 && (size > SMALL || !target.software) ? 4 : 1;
  const epilogue = epilogueOf(step, { width, isStored, target, given: new Map(), firstBinding: 1 });
  const count = size / width;
  const grid = foldGrid(Math.ceil(count / WORKGROUP));
  const text = specialise("pointwise", pointwiseSource, {
    constants: { T: epilogue.type, StoredY: epilogue.stored, COUNT: count, ROW: grid[0] * WORKGROUP },
    hooks: {
      value: `fn value(i: u32) -> T {\n  let e = i * ${width}u;\n${epilogue.statements}  return ${epilogue.result};\n}`,
    },
    declarations: epilogue.declarations,
  });
  const operands = [epilogue.destination, ...epilogue.operands];
  return {
    step,
    kernels: [{ name: `pointwise ${root.op.name}`, text, operands, grid, flops: size }],
    scratch: [],
  };
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
      return { node: step.outputs[0] ?? root, write: true };
    });
    const hook = last ? launch.epilogue : undefined;
    const follows = step.outputs.length > 1 || step.outputs[0] !== root || step.updates.length > 0;
    const epilogue =
      hook && follows
        ? epilogueOf(step, {
            width: hook.width,
            isStored,
            target,
            given: new Map([[root, "v"]]),
            firstBinding: operands.length,
          })
        : undefined;
    const t = wgslType(root.dtype, hook?.width ?? 1);
    const text = specialise(launch.name, launch.source, {
      constants: { ...launch.constants, ...storedTypes(launch, operands, scratch, target) },
      hooks: {
        ...launch.hooks,
        ...(hook &&
          epilogue && {
            [hook.hook]: `fn ${hook.hook}(v: ${t}, i: u32) -> ${t} {\n  let e = i;\n${epilogue.statements}  return ${epilogue.result};\n}`,
          }),
      },
      declarations: epilogue?.declarations ?? "",
    });
    return [
      {
        name: launch.name,
        text,
        operands: [...operands, ...(epilogue?.operands ?? [])],
        grid: launch.grid,
        flops: launch.flops ?? 0,
      },
    ];
  });
  return { step, kernels, scratch };
}

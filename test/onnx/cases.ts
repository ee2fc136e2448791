/** ONNX's operator tests: a folder a case, with model.onnx and test_data_set_*\/input_*.pb and output_*.pb. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { importOnnx, type OnnxInput, type OnnxNetwork } from "../../engine/onnx/index.ts";
import { type Constant, readTensor } from "../../engine/onnx/model.ts";
import { tensor } from "../../engine/tensor.ts";

export interface OnnxCase {
  readonly name: string;
  readonly dir: string;
}

export interface CaseOutcome {
  readonly name: string;
  readonly status: "passed" | "failed" | "unsupported";
  /** What differs, or is not known. */
  readonly detail?: string;
}

/** All cases below a folder, by their names. @throws InputError where there is none */
export function findCases(dir: string): OnnxCase[] {
  if (!existsSync(dir)) throw new InputError(`there is no folder ${dir}`);
  const found: OnnxCase[] = [];
  const visit = (at: string) => {
    if (existsSync(join(at, "model.onnx"))) {
      found.push({ name: at.slice(dir.length).replace(/^[/\\]+/, ""), dir: at });
      return;
    }
    for (const entry of readdirSync(at, { withFileTypes: true }))
      if (entry.isDirectory()) visit(join(at, entry.name));
  };
  visit(dir);
  if (found.length === 0) throw new InputError(`no folder below ${dir} holds a model.onnx`);
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** The tensors of files input_0.pb, input_1.pb, …; those that are left out are undefined. */
function tensorsIn(dir: string, prefix: string): Constant[] {
  const files = readdirSync(dir).filter((name) => name.startsWith(prefix) && name.endsWith(".pb"));
  return files
    .toSorted((a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]))
    .map((name) => readTensor(readFileSync(join(dir, name)), name));
}

/** Floats go to the device as they would from a network before; all else are numbers. */
const asInput = ({ type, shape, numbers }: Constant): OnnxInput =>
  type === "float32" ? tensor(numbers, shape) : { type, shape, numbers };

/** Runs a case; never throws. Tolerances are those of ONNX's own runner (rtol 1e-3, atol 1e-7), but for what f32 cannot hold. */
export async function runCase({ name, dir }: OnnxCase): Promise<CaseOutcome> {
  let net: OnnxNetwork;
  try {
    net = importOnnx(readFileSync(join(dir, "model.onnx")), name);
  } catch (error) {
    return { name, status: "unsupported", detail: messageOf(error) };
  }
  try {
    const sets = readdirSync(dir).filter((entry) => entry.startsWith("test_data_set_"));
    for (const set of sets) {
      const wrong = await compareSet(net, join(dir, set));
      if (wrong) return { name, status: "failed", detail: `${set}: ${wrong}` };
    }
    return { name, status: "passed" };
  } catch (error) {
    const status = error instanceof InputError ? "unsupported" : "failed";
    return { name, status, detail: messageOf(error) };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function compareSet(net: OnnxNetwork, dir: string): Promise<string | undefined> {
  const given = tensorsIn(dir, "input_");
  const inputs: Record<string, OnnxInput> = {};
  given.forEach((constant, k) => {
    inputs[net.inputs[k]?.name ?? constant.name] = asInput(constant);
  });
  const results = await net.run(inputs);
  const expected = tensorsIn(dir, "output_");
  for (const [k, wanted] of expected.entries()) {
    const name = net.outputs[k]?.name ?? wanted.name;
    const result = results.get(name);
    if (!result) return `${name} is missing`;
    if (result.type !== wanted.type) return `${name} is of type ${result.type} instead of ${wanted.type}`;
    if (result.shape.join() !== wanted.shape.join())
      return `${name} is [${result.shape.join(", ")}] instead of [${wanted.shape.join(", ")}]`;
    const wrong = firstDifference(await result.numbers(), wanted);
    if (wrong) return `${name} ${wrong}`;
  }
  return undefined;
}

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;

function firstDifference(got: ArrayLike<number>, { numbers }: Constant): string | undefined {
  for (const [k, wanted] of numbers.entries()) {
    const value = got[k] as number;
    const agrees =
      Object.is(value, wanted) ||
      value === wanted ||
      (Number.isNaN(value) && Number.isNaN(wanted)) ||
      Math.abs(value - wanted) <= ABSOLUTE + RELATIVE * Math.abs(wanted);
    if (!agrees) return `at ${k}: ${value} instead of ${wanted}`;
  }
  return undefined;
}

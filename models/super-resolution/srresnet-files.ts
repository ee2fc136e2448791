/** Files of SRResNet weights: ours, and those of leftthomas/SRGAN and Lornatang/SRGAN-PyTorch. */
import { InputError } from "../../engine/errors.ts";
import {
  checkNumbers,
  checkStateDict,
  type HostTensor,
  isCounter,
  networkWithin,
  openWeights,
} from "../../engine/io/index.ts";
import { hiddenOptions } from "../architecture.ts";
import { interpolateWeights } from "./blend.ts";
import { SRResNet, type SRResNetConfig } from "./srresnet.ts";

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * What the names and shapes of a file's tensors say about its network, and the usual where they say nothing; undefined if it is no
 * SRResNet at all.
 */
export function configOf(shapes: Shapes): SRResNetConfig | undefined {
  const [width = 0, ...kernel] = shapes.get("head.conv.weight") ?? [];
  if (width < 1 || kernel.join() !== "3,9,9") return undefined;
  let numBlocks = 0;
  while (shapes.has(`body.${numBlocks}.conv1.weight`)) numBlocks++;
  return {
    numBlocks,
    width,
    upsample: shapes.has("up.0.deconv.weight") ? "deconv" : "subpixel",
    prelu: shapes.get("head.act.weight")?.[0] === 1 && width !== 1 ? "shared" : "per-channel",
    trunkEnd: shapes.has("trunk.bn.weight") ? "bn" : "prelu",
    convBias: shapes.has("body.0.conv1.bias"),
    padding: "zeros",
    output: "linear",
  };
}

type Dict = ReadonlyMap<string, HostTensor>;
type Opened = ReturnType<typeof openWeights>;

/** A way of naming the generator's tensors: a tensor that all such files have, and our name for each. */
interface Naming {
  readonly first: string;
  readonly output: SRResNetConfig["output"];
  rename(dict: Dict): (name: string) => string;
}

const NAMINGS: readonly Naming[] = [
  { first: "head.conv.weight", output: "linear", rename: () => (name) => name },
  { first: "block1.0.weight", output: "tanh01", rename: fromLeftthomas },
  { first: "trunk.0.rcb.0.weight", output: "linear01", rename: () => fromLornatang },
];

/** Lornatang/SRGAN-PyTorch: layers by their places in sequences. */
function fromLornatang(name: string): string {
  const [, path = "", place = "0", rest = ""] = /^(.*?)(?:\.(\d))?(\.\w+)$/.exec(name) ?? [];
  const at = Number(place);
  const [, block] = /^(?:trunk|upsampling)\.(\d+)\./.exec(path) ?? [];
  if (path.endsWith(".rcb")) return `body.${block}.${["conv1", "bn1", "act", "conv2", "bn2"][at]}${rest}`;
  if (path.endsWith(".upsample_block")) return `up.${block}.${at === 0 ? "conv" : "act"}${rest}`;
  if (/^conv(_block)?1$/.test(path)) return `head.${at === 0 ? "conv" : "act"}${rest}`;
  if (/^conv(_block)?2$/.test(path)) return `trunk.${at === 0 ? "conv" : "bn"}${rest}`;
  return /^conv(_block)?3$/.test(path) ? `tail${rest}` : name;
}

/**
 * leftthomas/SRGAN, whose blocks are numbered through: block1 is the head, the last two are the trunk's end and the
 * upsampling with the tail. The trunk ends in PReLU, or in batch norm since 2019.
 */
function fromLeftthomas(dict: Dict): (name: string) => string {
  const last = Math.max(...[...dict.keys()].map((name) => Number(/^block(\d+)\./.exec(name)?.[1] ?? 0)));
  const second = dict.has(`block${last - 1}.1.running_mean`) ? "bn." : "act.";
  return (name) => {
    const [, number, rest] = /^block(\d+)\.(.*)$/.exec(name) ?? [];
    if (number === undefined || rest === undefined) return name;
    const k = Number(number);
    const pair = (prefix: string, act: string) =>
      `${prefix}.${rest.replace(/^0\./, "conv.").replace(/^1\./, act)}`;
    if (k === 1) return pair("head", "act.");
    if (k === last - 1) return pair("trunk", second);
    if (k === last)
      return rest
        .replace(/^([01])\.prelu\./, "up.$1.act.")
        .replace(/^([01])\./, "up.$1.")
        .replace(/^2\./, "tail.")
        .replace("up.0.up.", "up.")
        .replace("up.1.up.", "up.");
    return `body.${k - 2}.${rest.replace("prelu.", "act.")}`;
  };
}

/** The generator among a file's tensors, under our names; the file's own tensors where there is none. */
function findGenerator(tensors: Dict): { dict: Dict; output: SRResNetConfig["output"] } {
  for (const { first, output, rename } of NAMINGS) {
    const found = networkWithin(tensors, first);
    if (!found) continue;
    const ours = rename(found);
    return { dict: new Map([...found].map(([name, x]) => [ours(name), x])), output };
  }
  return { dict: tensors, output: "linear" };
}

/** A network as a file describes it, in host memory. */
export interface SRResNetFile {
  readonly config: SRResNetConfig;
  /** Under our names, in PyTorch's layouts; without batch norm's counters. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** What messages call it. */
  readonly file: string;
}

/**
 * The network that a file describes (a checkpoint of a run too), and its weights.
 * @throws InputError naming the first tensor that does not fit, with both shapes, or that holds what is no finite number
 */
export const readSRResNet = (bytes: Uint8Array, file: string): SRResNetFile =>
  srresnetOf(openWeights(bytes, file), file);

/** Is there an SRResNet among a file's tensors, by the names? */
export const holdsSRResNet = (tensors: Dict): boolean =>
  NAMINGS.some(({ first }) => networkWithin(tensors, first) !== undefined);

/** The same of a file that has been opened. @throws InputError as `readSRResNet` does */
export function srresnetOf({ tensors, metadata }: Opened, file: string): SRResNetFile {
  const { dict, output } = findGenerator(tensors);
  const config = configOf(new Map([...dict].map(([name, t]) => [name, t.shape])));
  // A file of another kind is compared with the paper's network, so that the message names what does not fit.
  if (!config) checkStateDict(new SRResNet().fileShapes(), new Map(dict), file, "an SRResNet");
  if (!config || config.numBlocks < 1)
    throw new InputError(`${file} holds no SRResNet: it has no residual block`);
  checkNumbers(dict, file);
  const weights = new Map([...dict].filter(([name]) => !isCounter(name)));
  const { input: _, ...hidden } = hiddenOptions(metadata, file);
  return { config: { ...config, output, ...hidden }, weights, file };
}

/**
 * The network itself, in evaluation mode.
 * @throws InputError naming the first tensor that does not fit, with both shapes
 */
export function buildSRResNet({ config, weights, file }: SRResNetFile): SRResNet {
  const net = new SRResNet(config);
  net.loadStateDict(weights, file);
  return net.eval();
}

/** Reads and builds a network. @throws InputError as both do */
export const parseSRResNet = (bytes: Uint8Array, file: string): SRResNet =>
  buildSRResNet(readSRResNet(bytes, file));

/**
 * The network between two of the same form (see `interpolateWeights`).
 * @throws InputError in one sentence that names what they differ in
 */
export function blendSRResNets(from: SRResNetFile, to: SRResNetFile, amount: number): SRResNetFile {
  const keys = Object.keys(from.config) as (keyof SRResNetConfig)[];
  const differences = keys
    .filter((key) => from.config[key] !== to.config[key])
    .map((key) => `${key} is ${from.config[key]} and ${to.config[key]}`);
  if (differences.length > 0)
    throw new InputError(
      `${from.file} and ${to.file} cannot be blended, their networks differ in form: ${differences.join(", ")}`,
    );
  const weights = interpolateWeights(from.weights, to.weights, amount);
  return { config: from.config, weights, file: `the blend of ${from.file} and ${to.file}` };
}

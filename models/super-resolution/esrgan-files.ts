/**
 * Files of ESRGAN's families, recognised from names and shapes alone: RRDBNet under its old, middle and new names,
 * SRVGGNetCompact, MSRResNet. Sources of the names: xinntao/ESRGAN, XPixelGroup/BasicSR, xinntao/Real-ESRGAN.
 */
import { InputError } from "../../engine/errors.ts";
import { Initializer, type Module, type Tensor } from "../../engine/index.ts";
import { checkNumbers, type HostTensor, networkWithin } from "../../engine/io/index.ts";
import { MSRResNet } from "./msr-resnet.ts";
import { RRDBNet } from "./rrdb-net.ts";
import { SRVGGNetCompact } from "./srvgg-net.ts";

type Dict = ReadonlyMap<string, HostTensor>;
type Network = Module & { readonly scale: number; forward(lr: Tensor): Tensor };

/** A network that a file describes, with what cutting an image into tiles must know of it. */
export interface EsrganNetwork {
  readonly title: string;
  readonly network: Network;
  /** Pixels of the input to each side that a tile sees beyond its part. */
  readonly radius: number;
  /** Width and height of the input must be multiples of this. */
  readonly multiple: number;
  /** Floats of the widest activation, for each pixel of the input. */
  readonly floatsPerPixel: number;
}

/** A way of naming the tensors of a family: a tensor that all such files have, and our name for each. */
interface Naming {
  readonly first: string;
  rename(dict: Dict): (name: string) => string;
  build(dict: Dict): EsrganNetwork;
}

type Rule = readonly [pattern: RegExp, to: string];

/** By rules; a layer's number within its name (`conv_up1`) becomes its place in a list. */
const renamed =
  (...rules: readonly Rule[]): Naming["rename"] =>
  () =>
  (name) =>
    rules
      .reduce((text, [pattern, to]) => text.replace(pattern, to), name)
      .replace(/^HRconv\./, "conv_hr.")
      .replace(/^(conv_up|upconv)(\d)\./, (_, list: string, k: string) => `${list}.${Number(k) - 1}.`);

const NAMINGS: readonly Naming[] = [
  { first: "body.0.rdb1.conv1.weight", rename: renamed(), build: rrdbNet },
  {
    first: "RRDB_trunk.0.RDB1.conv1.weight",
    rename: renamed(
      [/^RRDB_trunk\.(\d+)\.RDB(\d)/, "body.$1.rdb$2"],
      [/^trunk_conv\./, "conv_body."],
      [/^upconv(\d)\./, "conv_up$1."],
    ),
    build: rrdbNet,
  },
  { first: "model.1.sub.0.RDB1.conv1.0.weight", rename: fromSequence, build: rrdbNet },
  { first: "body.0.conv1.weight", rename: renamed(), build: msrResNet },
  { first: "recon_trunk.0.conv1.weight", rename: renamed([/^recon_trunk\./, "body."]), build: msrResNet },
  { first: "body.0.weight", rename: renamed(), build: srvggNet },
];

/**
 * ESRGAN's first files, whose layers are numbered through: the first convolution, a shortcut around all blocks with a
 * convolution behind them, one convolution a doubling, two at the end.
 */
function fromSequence(dict: Dict): (name: string) => string {
  const numbers = [...dict.keys()].map((name) => Number(/^model\.(\d+)\.weight$/.exec(name)?.[1] ?? 0));
  const order = numbers.filter((k) => k > 1).sort((a, b) => a - b);
  const last = order.length - 1;
  return (name) => {
    const [, k, rest] = /^model\.(\d+)\.(weight|bias)$/.exec(name) ?? [];
    if (k !== undefined) {
      const at = order.indexOf(Number(k));
      const layer =
        at < 0 ? "conv_first" : at === last ? "conv_last" : at === last - 1 ? "conv_hr" : `conv_up.${at}`;
      return `${layer}.${rest}`;
    }
    return name
      .replace(/^model\.1\.sub\.(\d+)\.RDB(\d)\.(conv\d)\.0\./, "body.$1.rdb$2.$3.")
      .replace(/^model\.1\.sub\.\d+\.(weight|bias)$/, "conv_body.$1");
  };
}

/**
 * The network of ESRGAN's families among a file's tensors, with its weights, in evaluation mode.
 * @returns undefined where there is none
 * @throws InputError naming the first tensor that does not fit, or holds what cannot be computed with
 */
export function readEsrgan(
  tensors: Dict,
  file: string,
  precision: "f32" | "f16" = "f32",
): EsrganNetwork | undefined {
  for (const { first, rename, build } of NAMINGS) {
    const found = networkWithin(tensors, first);
    if (!found) continue;
    const ours = rename(found);
    const dict = new Map([...found].map(([name, tensor]) => [ours(name), tensor]));
    checkNumbers(dict, file, precision);
    const made = build(dict);
    const { scale } = made.network;
    if (!Number.isInteger(scale))
      throw new InputError(
        `${file}: a ${made.title} that enlarges by ${scale}; only whole factors are made here`,
      );
    made.network.loadStateDict(dict, file);
    made.network.eval();
    return made;
  }
  return undefined;
}

/** Weights are never drawn: all come from the file. */
const init = new Initializer(0);

const sizeOf = (dict: Dict, name: string, axis: number): number =>
  dict.get(`${name}.weight`)?.shape[axis] ?? 0;

/** How many layers of a list there are: `body.0.…`, `body.1.…`, … */
const lengthOf = (dict: Dict, list: string): number =>
  new Set([...dict.keys()].flatMap((name) => new RegExp(`^${list}\\.(\\d+)\\.`).exec(name)?.[1] ?? [])).size;

/** The whole factor whose square times `channels` they are; 1 where there is none. */
const factorOf = (all: number, channels: number): number => {
  const factor = Math.round(Math.sqrt(all / channels));
  return factor >= 1 && factor ** 2 * channels === all ? factor : 1;
};

/** Whose blocks look 15 pixels far each: what practice leaves around tiles is a few pixels of that (10 in Real-ESRGAN). */
const RRDB_RADIUS = 16;

function rrdbNet(dict: Dict): EsrganNetwork {
  const width = sizeOf(dict, "conv_first", 0);
  const unshuffle = factorOf(sizeOf(dict, "conv_first", 1), 3);
  const doublings = lengthOf(dict, "conv_up");
  const growth = sizeOf(dict, "body.0.rdb1.conv1", 0);
  const network = new RRDBNet({ width, growth, blocks: lengthOf(dict, "body"), doublings, unshuffle }, init);
  return {
    title: "RRDBNet",
    network,
    radius: RRDB_RADIUS,
    multiple: unshuffle,
    floatsPerPixel: Math.max(network.scale ** 2 * width, (width + 4 * growth) / unshuffle ** 2),
  };
}

function srvggNet(dict: Dict): EsrganNetwork {
  const width = sizeOf(dict, "body.0", 0);
  const convs = (lengthOf(dict, "body") - 3) / 2;
  const last = sizeOf(dict, `body.${2 * convs + 2}`, 0);
  const network = new SRVGGNetCompact(
    { width, convs: Math.max(0, Math.floor(convs)), scale: factorOf(last, 3) },
    init,
  );
  return {
    title: "SRVGGNetCompact",
    network,
    radius: convs + 2,
    multiple: 1,
    floatsPerPixel: Math.max(width, last),
  };
}

function msrResNet(dict: Dict): EsrganNetwork {
  const width = sizeOf(dict, "conv_first", 0);
  const blocks = lengthOf(dict, "body");
  const ups = Array.from({ length: lengthOf(dict, "upconv") }, (_, k) => sizeOf(dict, `upconv.${k}`, 0));
  const network = new MSRResNet({ width, blocks, shuffles: ups.map((all) => factorOf(all, width)) }, init);
  return {
    title: "MSRResNet",
    network,
    // A pixel for each convolution at the input's size, two in a block; those behind the shuffles see less than two more.
    radius: 2 * blocks + 2 + 2,
    multiple: 1,
    floatsPerPixel: network.scale ** 2 * width,
  };
}

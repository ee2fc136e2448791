/**
 * Starting SRResNet as a plain interpolation: the paper is silent on initial weights, and a network that begins as noise
 * needs thousands of updates before it is as good as bilinear interpolation. Here three channels carry the image itself
 * from the head, through the long shortcut, two bilinear enlargements written as sub-pixel convolutions and the tail to
 * the output, and every residual branch begins at zero; training only has to find what is missing.
 */
import { GanvasError, InputError } from "../../engine/errors.ts";
import type { HostTensor } from "../../engine/io/index.ts";
import type { Weight } from "../../engine/nn/index.ts";
import { SRResNet, type SRResNetConfig } from "./srresnet.ts";

/** Share of the random weights that is left in the tail, so that the other channels start almost unheard. */
const TAIL_NOISE = 0.01;

/** Changes the initial weights of a sub-pixel network that has not been used yet. */
export function startAsInterpolation(net: SRResNet): void {
  const { width, upsample } = net.config;
  if (upsample !== "subpixel" || width < 3)
    throw new GanvasError("only sub-pixel networks of width 3 and more can start as an interpolation");
  edit(net.head.conv.weight, (w, at) => {
    for (let c = 0; c < 3; c++) {
      clearOutput(net.head.conv.weight, w, c);
      w[at(4, 4, c, c)] = 1;
    }
  });
  for (const block of net.body) edit(block.bn2.weight, (w) => w.fill(0));
  if (net.trunk.bn) edit(net.trunk.bn.weight, (w) => w.fill(0));
  for (const stage of net.up) {
    if (!("conv" in stage)) continue;
    // Rows of the doubled image: the first lies a quarter pixel above the middle of the old one, the second below.
    const taps = [
      [0.25, 0.75, 0],
      [0, 0.75, 0.25],
    ] as const;
    edit(stage.conv.weight, (w, at) => {
      for (let c = 0; c < 3; c++)
        for (const [i, rows] of taps.entries())
          for (const [j, columns] of taps.entries()) {
            const out = c * 4 + i * 2 + j;
            clearOutput(stage.conv.weight, w, out);
            for (const [y, row] of rows.entries())
              for (const [x, column] of columns.entries()) w[at(y, x, c, out)] = row * column;
          }
    });
  }
  // The image has the range [0, 1] inside and [-1, 1] outside.
  edit(net.tail.weight, (w, at) => {
    for (let k = 0; k < w.length; k++) w[k] = (w[k] as number) * TAIL_NOISE;
    for (let c = 0; c < 3; c++) w[at(4, 4, c, c)] = 2;
  });
  if (net.tail.bias) edit(net.tail.bias, (w) => w.fill(-1));
}

/**
 * Starts the sub-pixel convolutions of a network that has not been used yet so that the four pixels made of one are equal
 * (ICNR, Aitken et al. 2017): enlarging begins as nearest-neighbour, without the checkerboard that independent random
 * kernels draw into every image. Each kernel keeps the deviation it was drawn with.
 */
export function startAsNearest(net: SRResNet): void {
  if (net.config.upsample !== "subpixel")
    throw new GanvasError("only sub-pixel convolutions have kernels that could start equal");
  for (const stage of net.up) {
    if (!("conv" in stage)) continue;
    // Channel 4c + 2i + j becomes pixel (i, j) of channel c.
    edit(stage.conv.weight, (w) => {
      for (let k = 0; k < w.length; k++) w[k] = w[k - (k % 4)] as number;
    });
  }
}

/**
 * Weights for a deeper network: those of a trained one of the same form. The residual blocks that are added come last and
 * begin as the identity (their second batch norm scales by zero), so that the network computes what the trained one
 * computes until it has learnt more.
 * @param config the new network
 * @param file where the trained network is from, for messages
 * @throws InputError when it is of another form, or has more blocks
 */
export async function deepened(
  trained: SRResNet,
  config: SRResNetConfig,
  seed: number,
  file: string,
): Promise<ReadonlyMap<string, HostTensor>> {
  const given = trained.config;
  for (const key of Object.keys(config) as (keyof SRResNetConfig)[])
    if (key !== "numBlocks" && given[key] !== config[key])
      throw new InputError(
        `${file}: its ${key} is ${given[key]}, that of the network to train ${config[key]}`,
      );
  if (given.numBlocks > config.numBlocks)
    throw new InputError(
      `${file} has ${given.numBlocks} residual blocks, the network to train ${config.numBlocks}`,
    );
  const net = new SRResNet({ ...config, seed });
  for (const block of net.body.slice(given.numBlocks)) edit(block.bn2.weight, (w) => w.fill(0));
  return new Map([...(await net.stateDict()), ...(await trained.stateDict())]);
}

type At = (y: number, x: number, input: number, output: number) => number;

function edit(weight: Weight | undefined, change: (data: Float32Array, at: At) => void): void {
  if (!weight) throw new GanvasError("a batch norm without a scale cannot be changed");
  const { initial } = weight.state;
  if (!(initial instanceof Float32Array)) throw new GanvasError(`${weight.name} is in use already`);
  const data = initial.slice();
  const [, columns = 1, inputs = 1, outputs = 1] = weight.shape;
  change(data, (y, x, input, output) => ((y * columns + x) * inputs + input) * outputs + output);
  weight.state.restart(data);
}

/** Cuts an output channel off from all inputs. */
function clearOutput(weight: Weight, data: Float32Array, output: number): void {
  const outputs = weight.shape.at(-1) as number;
  for (let k = output; k < data.length; k += outputs) data[k] = 0;
}

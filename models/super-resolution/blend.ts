/**
 * Network interpolation: a network between two others of the same form, one trained for closeness and one as a GAN.
 * Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", ECCVW 2018, section 3.4:
 * θ = (1 − α) θ_PSNR + α θ_GAN, for every tensor of the network.
 */
import { InputError } from "../../engine/errors.ts";
import { type HostTensor, hostTensor, toFloat32 } from "../../engine/io/index.ts";
import { BLEND_ENDS } from "./shipped.ts";

type StateDict = ReadonlyMap<string, HostTensor>;

/** What lies between two models. */
export interface Blend {
  /** α: 0 is `from`, 1 is `to`. */
  readonly amount: number;
  /** Models by name or file. */
  readonly from: string;
  readonly to: string;
}

/** The name of a blend of the models that come with the project. */
export const blendName = (amount: number): string => `blend:${amount}`;

/**
 * What a model's name says of a blend: `blend:0.7` lies between the shipped SRResNet and SRGAN, `blend:0.7,A,B` between two
 * others; undefined for any other name.
 * @throws InputError when it is a blend of something else than a number from 0 to 1 and two models
 */
export function parseBlend(name: string): Blend | undefined {
  if (!name.startsWith("blend:")) return undefined;
  const [amount = "", ...models] = name.slice("blend:".length).split(",");
  const [from, to] = models.length === 0 ? BLEND_ENDS : models;
  if (amount.trim() === "" || !from || !to || models.length > 2)
    throw new InputError(`"${name}" is no blend; one is written blend:0.7, or blend:0.7,FROM,TO`);
  checkAmount(Number(amount), amount);
  return { amount: Number(amount), from, to };
}

/**
 * The weights between two networks of the same form: parameters and batch norm's running statistics alike, computed in
 * double precision and rounded once. At 0 and 1 they are those given, bit by bit.
 *
 * @param amount α from 0 to 1. Not beyond: a running variance might become negative.
 * @returns float32 tensors in the order of `from`
 * @throws InputError when a tensor of one is missing, or shaped otherwise, in the other
 */
export function interpolateWeights(from: StateDict, to: StateDict, amount: number): Map<string, HostTensor> {
  checkAmount(amount, `${amount}`);
  const lone = [...to.keys()].find((name) => !from.has(name));
  if (lone !== undefined) throw new InputError(`blend: only the second network has the tensor ${lone}`);
  return new Map(
    [...from].map(([name, first]) => {
      const second = to.get(name);
      if (!second) throw new InputError(`blend: only the first network has the tensor ${name}`);
      if (first.shape.join() !== second.shape.join())
        throw new InputError(
          `blend: tensor ${name} has shape [${first.shape.join(", ")}] in the first network, ` +
            `[${second.shape.join(", ")}] in the second`,
        );
      return [name, hostTensor(between(toFloat32(first), toFloat32(second), amount), first.shape)];
    }),
  );
}

function between(a: Float32Array, b: Float32Array, amount: number): Float32Array {
  // Not by the formula, which turns -0 into 0.
  if (amount === 0) return a.slice();
  if (amount === 1) return b.slice();
  return a.map((value, k) => (1 - amount) * value + amount * (b[k] as number));
}

function checkAmount(amount: number, given: string): void {
  if (!(amount >= 0 && amount <= 1))
    throw new InputError(`a blend takes a number from 0 to 1, got "${given}"`);
}

/** Points from a trained toy GAN, and how good they are. */
import { InputError } from "../../engine/errors.ts";
import { tensor } from "../../engine/index.ts";
import { noiseAt } from "../sampling/noise.ts";
import type { Judgement, SampleRequest, Sampler, Samples } from "../system.ts";
import type { Distribution } from "./distributions.ts";
import { divergences, pointShares, shares } from "./divergences.ts";
import { modesFound } from "./modes.ts";
import type { PointGenerator } from "./networks.ts";
import { plotPoints } from "./plot.ts";

export class ToySampler implements Sampler {
  readonly title = "toy GAN";
  readonly classes: readonly string[] = [];
  private readonly generator: PointGenerator;
  private readonly reach: number;

  /** @param generator in evaluation mode */
  constructor(generator: PointGenerator, reach: number) {
    this.generator = generator;
    this.reach = reach;
  }

  /** x and y in turn. */
  async points(count: number, seed: number): Promise<Float32Array> {
    const { latentDim } = this.generator;
    // One stream for all: a stream for each of thousands of points would take longer than the network.
    const z = noiseAt({ latentDim: latentDim * count, noise: "normal" }, seed, 0);
    return (await this.generator.forward(tensor(z, [count, latentDim])).data()) as Float32Array;
  }

  /** One picture of all points. */
  async sample({ count, seed, class: wanted, walk }: SampleRequest): Promise<Samples> {
    if (wanted !== undefined || walk)
      throw new InputError("the toy GAN makes points in the plane: it knows no classes and no walks");
    const made = await this.points(count, seed);
    return { rows: [[plotPoints({ reach: this.reach, real: [], made })]] };
  }

  /** Modes found, and divergences between the shares of real and generated points in the cells of a grid. */
  async judge(distribution: Distribution, count: number, seed: number): Promise<Judgement> {
    const made = await this.points(count, seed);
    const grid = { reach: distribution.reach, cells: 40 };
    const { kl, reverseKl, js } = divergences(shares(distribution, grid, 8), pointShares(made, grid));
    const modes = distribution.modes.length > 1 ? modesFound(made, distribution) : undefined;
    return {
      scores: [
        ...(modes
          ? [
              { name: `modes found, of ${modes.of}`, value: modes.found },
              { name: "share of points within three deviations of a mode", value: modes.nearby },
            ]
          : []),
        { name: "Jensen-Shannon divergence, nats", value: js },
        { name: "KL(real, generated), nats", value: kl },
        { name: "KL(generated, real), nats", value: reverseKl },
      ],
      notes: [
        `divergences are between shares of ${grid.cells}×${grid.cells} cells: the real ones integrated, the others of ${count} points`,
      ],
      sheet: plotPoints({ reach: distribution.reach, real: [], made }),
    };
  }
}

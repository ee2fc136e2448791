/** Spectral normalisation of a layer's weight (Miyato et al. 2018). */
import { GanvasError, shown } from "../errors.ts";
import { detach, reshape } from "../ops/broadcast.ts";
import { matmul } from "../ops/matmul.ts";
import { permute } from "../ops/movement.ts";
import { div, maximum } from "../ops/pointwise.ts";
import { norm } from "../ops/reduce.ts";
import { assign } from "../ops/state.ts";
import type { Tensor } from "../tensor.ts";
import type { Conv1d } from "./conv1d.ts";
import { Initializer } from "./init.ts";
import type { Conv2d, ConvTranspose2d, Linear } from "./layers.ts";
import { Module, Weight } from "./module.ts";

/** Layers that can compute with another weight than their own. */
type Normalisable = Conv1d | Conv2d | ConvTranspose2d | Linear;

/** Least length that a vector is divided by, as in PyTorch. */
const EPS = 1e-12;

/**
 * A layer that computes with W / σ instead of its weight W, so that it stretches no input by more than about 1. W as a
 * matrix has a row for every output channel; its largest singular value is estimated as σ = uᵀ W v by one power
 * iteration every time the layer is used in training: v = Wᵀu / |Wᵀu|, u = W v / |W v|. u and v are state, constants
 * to differentiation, and not moved in evaluation. The names in files are those of `torch.nn.utils.spectral_norm`.
 */
export class SpectralNorm extends Module {
  readonly bias: Weight | undefined;
  readonly weight_orig: Weight;
  /** Left singular vector, [out]. */
  readonly weight_u: Weight;
  /** Right singular vector, [in kh kw] in the order of files. */
  readonly weight_v: Weight;
  declare private readonly layer: Normalisable;

  /** @param layer takes part with its weight and bias; it is not to be used by itself any more */
  constructor(layer: Normalisable, init: Initializer = new Initializer()) {
    super();
    if (!(layer?.weight instanceof Weight))
      throw new GanvasError(
        `SpectralNorm: needs a layer with a weight, such as a Conv2d, got ${shown(layer)}`,
      );
    // Out of sight of `weights`, which would find the layer's under a second name.
    Object.defineProperty(this, "layer", { value: layer });
    this.bias = layer.bias;
    this.weight_orig = layer.weight;
    const rows = layer.weight.shape.at(-1) as number;
    const columns = layer.weight.size / rows;
    const state = (name: string, size: number) => {
      const draw = init.normal([size], 1);
      return new Weight(name, [size], () => unit(draw()), { trained: false });
    };
    this.weight_u = state("left singular vector", rows);
    this.weight_v = state("right singular vector", columns);
  }

  forward(x: Tensor): Tensor {
    return this.layer.forward(x, this.normalised());
  }

  /** W / σ, after a power iteration in training. */
  private normalised(): Tensor {
    const { weight_orig: weight } = this;
    // Files order a weight [out, in, kh, kw], and v with it.
    const axes = weight.shape.map((_, axis) => axis);
    const matrix = reshape(permute(weight, [...axes.slice(-2).reverse(), ...axes.slice(0, -2)]), [
      this.weight_u.size,
      this.weight_v.size,
    ]);
    let u: Tensor = this.weight_u;
    let v: Tensor = this.weight_v;
    if (this.training) {
      const fixed = detach(matrix);
      v = normalise(matmul(u, fixed));
      u = normalise(matmul(fixed, v));
      assign(this.weight_v, v);
      assign(this.weight_u, u);
    }
    return div(weight, matmul(u, matmul(matrix, v)));
  }
}

const normalise = (x: Tensor): Tensor => div(x, maximum(norm(x), EPS));

function unit(x: Float32Array): Float32Array {
  const length = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  return x.map((value) => value / Math.max(length, EPS));
}

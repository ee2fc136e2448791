/** Small fully connected networks for points in the plane. */
import {
  Initializer,
  leakyRelu,
  Linear,
  Module,
  mul,
  relu,
  reshape,
  type Tensor,
} from "../../engine/index.ts";

export interface MlpOptions {
  /** Hidden layers: 3. */
  readonly layers?: number;
  /** Units in each: 128. */
  readonly units?: number;
  /** How far points lie from the middle: the generator's answers are as large, the discriminator sees them divided by it. */
  readonly reach?: number;
  readonly seed?: number;
}

function hidden(inputs: number, { layers = 3, units = 128 }: MlpOptions, init: Initializer): Linear[] {
  return Array.from({ length: layers }, (_, k) => new Linear(k === 0 ? inputs : units, units, init));
}

export class PointGenerator extends Module {
  readonly latentDim: number;
  readonly hidden: readonly Linear[];
  readonly out: Linear;
  private readonly reach: number;

  /** @param options.latentDim numbers of noise: 2 */
  constructor(options: MlpOptions & { readonly latentDim?: number } = {}) {
    super();
    const { units = 128, latentDim = 2, reach = 1, seed = 0 } = options;
    const init = new Initializer(seed);
    this.latentDim = latentDim;
    this.reach = reach;
    this.hidden = hidden(latentDim, options, init);
    // Begins spread over the whole reach, so that no mode has to be found from afar.
    this.out = new Linear(units, 2, init);
  }

  /**
   * @param z [n, latentDim]
   * @returns points [n, 2]
   */
  forward(z: Tensor): Tensor {
    const h = this.hidden.reduce((x, layer) => relu(layer.forward(x)), z); // [n, units]
    return mul(this.out.forward(h), this.reach); // [n, 2]
  }
}

export class PointDiscriminator extends Module {
  readonly hidden: readonly Linear[];
  readonly out: Linear;
  private readonly reach: number;

  constructor(options: MlpOptions = {}) {
    super();
    const { units = 128, reach = 1, seed = 1 } = options;
    const init = new Initializer(seed);
    this.reach = reach;
    this.hidden = hidden(2, options, init);
    this.out = new Linear(units, 1, init, { weightInit: "torch" });
  }

  /**
   * @param x points [n, 2]
   * @returns [n], logits: positive for real
   */
  forward(x: Tensor): Tensor {
    const near = mul(x, 1 / this.reach); // [n, 2]
    const h = this.hidden.reduce((y, layer) => leakyRelu(layer.forward(y), 0.2), near); // [n, units]
    return reshape(this.out.forward(h), [-1]);
  }
}

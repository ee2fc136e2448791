/** Pictures pixel by pixel less the training set's mean picture, divided by its deviation (LAPGAN's code; MODELS 3.7). */
import { add, div, Module, mul, sub, type Tensor, Weight } from "../../engine/index.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { pyrDown } from "./pyramid.ts";

/** Added to deviations, so that a pixel that never changes does not divide by zero. */
const EPS = 1e-7;

/** A mean picture and a picture of deviations, [size, size, 3] each, of values from 0 to 1. They travel in the weights file. */
export class Normalisation extends Module {
  readonly size: number;
  readonly mean: Weight;
  readonly std: Weight;

  constructor(size: number, mean?: Float32Array, std?: Float32Array) {
    super();
    const shape = [size, size, 3];
    const all = (value: number) => new Float32Array(size * size * 3).fill(value);
    const state = { trained: false };
    this.size = size;
    this.mean = new Weight("mean picture", shape, mean ?? all(0.5), state);
    this.std = new Weight("deviation of pixels", shape, std ?? all(0.25), state);
  }

  /** @param pictures [n, size, size, 3], from 0 to 1 */
  forward(pictures: Tensor): Tensor {
    return div(sub(pictures, this.mean), add(this.std, EPS));
  }

  /** Back to values from about 0 to 1. @param pictures [n, s, s, 3], of any level: its size may divide this one's or not */
  inverse(pictures: Tensor): Tensor {
    const size = pictures.shape[1] as number;
    const at = (picture: Tensor) =>
      size === this.size ? picture : pyrDown(picture.reshape([1, this.size, this.size, 3]), size);
    return add(mul(pictures, add(at(this.std), EPS)), at(this.mean));
  }
}

/** Mean and deviation of each pixel over a set's pictures, of which a centred square of `size` pixels counts. */
export async function measureNormalisation(dataset: Dataset, size: number): Promise<Normalisation> {
  const [height, width, channels] = dataset.shape;
  const [top, left] = [(height - size) >> 1, (width - size) >> 1];
  const sums = new Float64Array(size * size * 3);
  const squares = new Float64Array(size * size * 3);
  for (let k = 0; k < dataset.size; k++) {
    const { picture } = await dataset.item(k);
    for (let y = 0, to = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        for (let c = 0; c < 3; c++, to++) {
          const value =
            (picture[((top + y) * width + left + x) * channels + (channels === 3 ? c : 0)] as number) / 255;
          sums[to] = (sums[to] as number) + value;
          squares[to] = (squares[to] as number) + value * value;
        }
  }
  const mean = Float32Array.from(sums, (sum) => sum / dataset.size);
  const std = Float32Array.from(squares, (sum, k) =>
    Math.sqrt(Math.max(sum / dataset.size - ((sums[k] as number) / dataset.size) ** 2, 0)),
  );
  return new Normalisation(size, mean, std);
}

/**
 * SRVGGNetCompact, the small network of Real-ESRGAN: a row of convolutions at low resolution, one pixel shuffle at the end.
 * https://github.com/xinntao/Real-ESRGAN, docs/model_zoo.md (realesr-general-x4v3, realesr-animevideov3).
 */
import {
  add,
  Conv2d,
  type Initializer,
  Module,
  PReLU,
  pixelShuffle,
  type Tensor,
} from "../../engine/index.ts";
import { nearest } from "./rrdb-net.ts";

export interface SRVGGNetConfig {
  readonly width: number;
  /** Convolutions between the first and the last. */
  readonly convs: number;
  readonly scale: number;
}

export class SRVGGNetCompact extends Module {
  /** Convolutions and activations in turn, and a last convolution. */
  readonly body: readonly (Conv2d | PReLU)[];
  readonly scale: number;

  constructor({ width, convs, scale }: SRVGGNetConfig, init: Initializer) {
    super();
    const conv = (from: number, to: number) => new Conv2d(from, to, 3, init, { padding: 1 });
    const pairs = Array.from({ length: convs }, () => [conv(width, width), new PReLU(width)]);
    this.body = [conv(3, width), new PReLU(width), ...pairs.flat(), conv(width, 3 * scale ** 2)];
    this.scale = scale;
  }

  /** @param lr [n, h, w, 3], values in [0, 1] @returns [n, s h, s w, 3], values in [0, 1], not clamped */
  forward(lr: Tensor): Tensor {
    let x = lr;
    for (const layer of this.body) x = layer.forward(x); // [n, h, w, c], at the end [n, h, w, 3 s²]
    return add(pixelShuffle(x, this.scale), nearest(lr, this.scale)); // [n, s h, s w, 3]
  }
}

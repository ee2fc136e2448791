/**
 * SqueezeNet 1.1, a small classifier of ImageNet, as an eye that no network here was trained by: distances between its
 * features say how alike two images look. Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters
 * and <0.5MB model size", 2016; the original (Caffe) weights under their names.
 */
import {
  concat,
  Conv2d,
  flip,
  Initializer,
  maxPool2d,
  mean,
  Module,
  pad,
  relu,
  type Tensor,
} from "../../engine/index.ts";
import { InputError } from "../../engine/errors.ts";
import { readWeights } from "../../engine/io/index.ts";

/** Few channels by a 1×1 convolution, then many by a 1×1 and a 3×3 one side by side. */
class Fire extends Module {
  readonly squeeze1x1: Conv2d;
  readonly expand1x1: Conv2d;
  readonly expand3x3: Conv2d;

  constructor(inChannels: number, squeezed: number, expanded: number, init: Initializer) {
    super();
    this.squeeze1x1 = new Conv2d(inChannels, squeezed, 1, init);
    this.expand1x1 = new Conv2d(squeezed, expanded, 1, init);
    this.expand3x3 = new Conv2d(squeezed, expanded, 3, init, { padding: 1 });
  }

  forward(x: Tensor): Tensor {
    const few = relu(this.squeeze1x1.forward(x)); // [n, h, w, squeezed]
    return concat([relu(this.expand1x1.forward(few)), relu(this.expand3x3.forward(few))], 3);
  }
}

export class SqueezeNet extends Module {
  readonly conv1: Conv2d;
  readonly fire2: Fire;
  readonly fire3: Fire;
  readonly fire4: Fire;
  readonly fire5: Fire;
  readonly fire6: Fire;
  readonly fire7: Fire;
  readonly fire8: Fire;
  readonly fire9: Fire;
  readonly conv10: Conv2d;

  constructor() {
    super();
    const init = new Initializer(0);
    this.conv1 = new Conv2d(3, 64, 3, init, { stride: 2 });
    this.fire2 = new Fire(64, 16, 64, init);
    this.fire3 = new Fire(128, 16, 64, init);
    this.fire4 = new Fire(128, 32, 128, init);
    this.fire5 = new Fire(256, 32, 128, init);
    this.fire6 = new Fire(256, 48, 192, init);
    this.fire7 = new Fire(384, 48, 192, init);
    this.fire8 = new Fire(384, 64, 256, init);
    this.fire9 = new Fire(512, 64, 256, init);
    this.conv10 = new Conv2d(512, 1000, 1, init);
  }

  /**
   * Features from fine to coarse: behind the first convolution, and behind the fire modules 3, 5, 6, 7, 8 and 9.
   * @param image [n, h, w, 3] of red, green and blue from 0 to 255, h and w at least 32
   */
  features(image: Tensor): Tensor[] {
    const first = relu(this.conv1.forward(flip(image, 3))); // [n, h/2, w/2, 64], of blue, green, red
    const third = this.fire3.forward(this.fire2.forward(shrink(first))); // [n, h/4, w/4, 128]
    const fifth = this.fire5.forward(this.fire4.forward(shrink(third))); // [n, h/8, w/8, 256]
    const sixth = this.fire6.forward(shrink(fifth)); // [n, h/16, w/16, 384]
    const seventh = this.fire7.forward(sixth); // [n, h/16, w/16, 384]
    const eighth = this.fire8.forward(seventh); // [n, h/16, w/16, 512]
    return [first, third, fifth, sixth, seventh, eighth, this.fire9.forward(eighth)];
  }

  /** Logits of ImageNet's classes, [n, 1000], of images of about 227×227. */
  forward(image: Tensor): Tensor {
    const last = this.features(image).at(-1) as Tensor; // [n, h/16, w/16, 512]
    return mean(relu(this.conv10.forward(last)), [1, 2]);
  }
}

/** Maximum over 3×3 pixels at every second; a window may hang over the end (features are never below 0). */
function shrink(x: Tensor): Tensor {
  const [, h = 0, w = 0] = x.shape;
  const beyond = (size: number) => (size < 3 ? 3 - size : (size - 3) % 2);
  return maxPool2d(pad(x, [0, 0, 0, 0], [0, beyond(h), beyond(w), 0]), { kernel: 3, stride: 2 });
}

/** @throws InputError when the file holds other weights */
export function parseSqueezeNet(bytes: Uint8Array, file: string): SqueezeNet {
  const weights = readWeights(bytes, file);
  if (!weights.has("fire2.squeeze1x1.weight"))
    throw new InputError(
      `${file} holds no SqueezeNet 1.1 under Caffe's names: it has no fire2.squeeze1x1.weight`,
    );
  const net = new SqueezeNet();
  net.loadStateDict(weights, file);
  return net.eval();
}

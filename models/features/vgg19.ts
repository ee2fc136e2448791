/**
 * The convolutions of VGG19 as an eye for what images show: distances between its features are the content loss of
 * SRGAN. Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015,
 * configuration E; torchvision's names (`features.0` … `features.36`).
 */
import {
  add,
  Conv2d,
  flip,
  Initializer,
  maxPool2d,
  Module,
  mul,
  relu,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { GanvasError } from "../../engine/errors.ts";

/** The n-th convolution of a block before or after its ReLU, or the pooling behind a block: "relu2_2", "conv5_4", "pool4". */
export type VggLayer = `${"conv" | "relu"}${1 | 2 | 3 | 4 | 5}_${1 | 2 | 3 | 4}` | `pool${1 | 2 | 3 | 4 | 5}`;

/**
 * How weights expect their input. "caffe": BGR, 0 to 255, less the mean of ImageNet (the original weights).
 * "torchvision": RGB, 0 to 1, less ImageNet's mean and divided by its deviation.
 */
export type VggInput = "caffe" | "torchvision";

export interface VggOptions {
  /** The layer whose output is wanted; nothing behind it is built. */
  readonly layer?: VggLayer;
  /** A layer behind that one, up to which it is built for `taps`. */
  readonly upTo?: VggLayer;
  readonly input?: VggInput;
  /** What lies beyond the border: zeros, as VGG was trained, or the image mirrored (weights made for style transfer). */
  readonly padding?: "zeros" | "reflect";
  /** Channels of the first block: 64. Where it is a fraction, those of each block are rounded down. */
  readonly width?: number;
}

/** Convolutions of each block, and its channels in units of the first's. */
const BLOCKS = [
  [2, 1],
  [2, 2],
  [4, 4],
  [4, 8],
  [4, 8],
] as const;

/** The name of each of torchvision's `features`, in order. */
export const VGG_LAYERS: readonly VggLayer[] = BLOCKS.flatMap(([convolutions], block) => [
  ...Array.from({ length: convolutions }, (_, k) => [
    `conv${block + 1}_${k + 1}` as VggLayer,
    `relu${block + 1}_${k + 1}` as VggLayer,
  ]).flat(),
  `pool${block + 1}` as VggLayer,
]);

/** Of two layers the one that comes later. */
export const deeperVggLayer = (a: VggLayer, b: VggLayer): VggLayer =>
  VGG_LAYERS.indexOf(a) < VGG_LAYERS.indexOf(b) ? b : a;

const IMAGENET_MEAN = [0.485, 0.456, 0.406];
const IMAGENET_DEVIATION = [0.229, 0.224, 0.225];
/** Blue, green, red. */
const CAFFE_MEAN = [103.939, 116.779, 123.68];

/** Images [n, h, w, 3] with values in [-1, 1], as SRGAN makes them, to what weights of one kind expect. */
export function vggInput(image: Tensor, kind: VggInput): Tensor {
  if (kind === "caffe") return flip(image, 3).add(1).mul(127.5).sub(tensor(CAFFE_MEAN));
  // ((x + 1) / 2 - mean) / deviation
  const scale = IMAGENET_DEVIATION.map((deviation) => 0.5 / deviation);
  const shift = IMAGENET_MEAN.map((mean, c) => (0.5 - mean) / (IMAGENET_DEVIATION[c] as number));
  return add(mul(image, tensor(scale)), tensor(shift));
}

/** The network up to one layer. Its weights are never trained here, but gradients flow through it to the image. */
export class VGG19 extends Module {
  readonly layer: VggLayer;
  readonly input: VggInput;
  readonly padding: "zeros" | "reflect";
  /** In torchvision's order; steps without weights stand under their names. */
  readonly features: readonly (Conv2d | "relu" | "pool")[];

  constructor(options: VggOptions = {}) {
    super();
    const { layer = "relu5_4", upTo = layer, input = "torchvision", padding = "zeros", width = 64 } = options;
    const unknown = [layer, upTo].find((name) => !VGG_LAYERS.includes(name));
    if (unknown) throw new GanvasError(`VGG19 has no layer "${unknown}"; it ends with ${VGG_LAYERS.at(-1)}`);
    this.layer = layer;
    this.input = input;
    this.padding = padding;
    const init = new Initializer(0);
    let channels = 3;
    const end = VGG_LAYERS.indexOf(deeperVggLayer(layer, upTo));
    this.features = VGG_LAYERS.slice(0, end + 1).map((name) => {
      if (name.startsWith("relu")) return "relu";
      if (name.startsWith("pool")) return "pool";
      const [, multiple] = BLOCKS[Number(name[4]) - 1] as (typeof BLOCKS)[number];
      const made = Math.floor(width * multiple);
      const conv = new Conv2d(channels, made, 3, init, { padding: 1, paddingMode: padding });
      channels = made;
      return conv;
    });
  }

  /**
   * @param image [n, h, w, 3], values in [-1, 1]
   * @returns [n, h', w', c], the features of the layer; each pooling on the way halves height and width, rounding down
   */
  forward(image: Tensor): Tensor {
    return this.taps(image, [this.layer])[0] as Tensor; // [n, h / 2^k, w / 2^k, c]
  }

  /**
   * Features of several layers, as `forward` gives those of one.
   * @throws GanvasError for a layer that was not built
   */
  taps(image: Tensor, layers: readonly VggLayer[]): Tensor[] {
    const missing = layers.find((name) => VGG_LAYERS.indexOf(name) >= this.features.length);
    if (missing) {
      const last = VGG_LAYERS[this.features.length - 1];
      throw new GanvasError(`VGG19 was built up to ${last}, ${missing} lies behind`);
    }
    const found = new Map<VggLayer, Tensor>();
    let x = vggInput(image, this.input); // [n, h, w, 3]
    for (const [k, step] of this.features.entries()) {
      if (layers.every((name) => found.has(name))) break;
      x = step === "relu" ? relu(x) : step === "pool" ? maxPool2d(x, { kernel: 2 }) : step.forward(x);
      found.set(VGG_LAYERS[k] as VggLayer, x);
    }
    return layers.map((name) => found.get(name) as Tensor);
  }
}

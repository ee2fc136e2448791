/** Single kernels and small groups of them, at the sizes that convolutional GANs have. */
import {
  add,
  batchNorm,
  batchMean,
  batchVariance,
  conv2d,
  type ConvOptions,
  convTranspose2d,
  grad,
  matmul,
  mul,
  pixelShuffle,
  prelu,
  sum,
  tanh,
} from "../../engine/index.ts";
import { type Case, computing, filled, state } from "../case.ts";

function matmulCase(m: number, k: number, n: number): Case {
  return {
    id: m === k && k === n ? `matmul-${m}` : `matmul-${m}x${k}x${n}`,
    title: `matmul ${m}×${k} · ${k}×${n}`,
    flops: 2 * m * k * n,
    prepare: async () => {
      const [a, b] = [state([m, k]), state([k, n])];
      return computing(() => [matmul(a, b)]);
    },
  };
}

interface ConvCase {
  readonly id: string;
  readonly title: string;
  readonly x: readonly [n: number, h: number, w: number, c: number];
  readonly kernel: number;
  readonly out: number;
  readonly options: ConvOptions;
}

/** Forward, input gradient, weight gradient, and all three as a training step does them. */
function convCases({ id, title, x: shape, kernel, out, options }: ConvCase): Case[] {
  const inputs = async () => {
    const x = state(shape);
    const w = state([kernel, kernel, shape[3], out], 0.1);
    const dy = state(conv2d(x, w, options).shape);
    return { x, w, dy };
  };
  const stride = typeof options.stride === "number" ? options.stride : 1;
  const pixels = (shape[0] * shape[1] * shape[2]) / stride ** 2;
  const flops = 2 * pixels * kernel ** 2 * shape[3] * out;
  return [
    {
      id,
      title: `${title}, forward`,
      flops,
      prepare: async () => {
        const { x, w } = await inputs();
        return computing(() => [conv2d(x, w, options)]);
      },
    },
    {
      id: `${id}-dx`,
      title: `${title}, input gradient`,
      flops,
      prepare: async () => {
        const { x, w, dy } = await inputs();
        return computing(() => grad(conv2d(x, w, options), [x], dy));
      },
    },
    {
      id: `${id}-dw`,
      title: `${title}, weight gradient`,
      flops,
      prepare: async () => {
        const { x, w, dy } = await inputs();
        return computing(() => grad(conv2d(x, w, options), [w], dy));
      },
    },
    {
      id: `${id}-fb`,
      title: `${title}, forward + backward`,
      flops: 3 * flops,
      prepare: async () => {
        const { x, w, dy } = await inputs();
        return computing(() => {
          const y = conv2d(x, w, options);
          return [y, ...grad(y, [x, w], dy)];
        });
      },
    },
  ];
}

const DECONV = { stride: 2, padding: 1 };
const DECONV_FLOPS = 2 * 16 * 16 * 16 * 128 * 16 * 64;

const deconvCases: Case[] = [
  {
    id: "deconv4s2",
    title: "transposed conv 4×4 s2 128→64, 16×16×16, forward",
    flops: DECONV_FLOPS,
    prepare: async () => {
      const [x, w] = [state([16, 16, 16, 128]), state([4, 4, 128, 64], 0.1)];
      return computing(() => [convTranspose2d(x, w, DECONV)]);
    },
  },
  {
    id: "deconv4s2-fb",
    title: "transposed conv 4×4 s2 128→64, 16×16×16, forward + backward",
    flops: 3 * DECONV_FLOPS,
    prepare: async () => {
      const [x, w] = [state([16, 16, 16, 128]), state([4, 4, 128, 64], 0.1)];
      const dy = state([16, 32, 32, 64]);
      return computing(() => {
        const y = convTranspose2d(x, w, DECONV);
        return [y, ...grad(y, [x, w], dy)];
      });
    },
  },
];

const IMAGE = [16, 32, 32, 64] as const;
const IMAGE_BYTES = 4 * 16 * 32 * 32 * 64;

const bandwidthCases: Case[] = [
  {
    id: "batchnorm",
    title: "training batch norm 16×32×32×64, forward",
    bytes: 3 * IMAGE_BYTES,
    prepare: async () => {
      const [x, gamma, beta] = [state(IMAGE), filled([64], 1), filled([64], 0)];
      return computing(() => [batchNorm(x, gamma, beta)]);
    },
  },
  {
    id: "batchnorm-fb",
    title: "training batch norm 16×32×32×64, forward + backward",
    bytes: 8 * IMAGE_BYTES,
    prepare: async () => {
      const [x, gamma, beta, dy] = [state(IMAGE), filled([64], 1), filled([64], 0), state(IMAGE)];
      return computing(() => {
        const y = batchNorm(x, gamma, beta);
        return [y, ...grad(y, [x, gamma, beta], dy)];
      });
    },
  },
  {
    id: "batchnorm-prelu-add",
    title: "batch norm + PReLU + residual 16×32×32×64, forward",
    bytes: 4 * IMAGE_BYTES,
    prepare: async () => {
      const [x, gamma, beta, slope] = [state(IMAGE), filled([64], 1), filled([64], 0), filled([64], 0.25)];
      const skip = state(IMAGE);
      return computing(() => {
        const mean = batchMean(x);
        const variance = batchVariance(x, mean);
        return [add(skip, prelu(batchNorm(x, gamma, beta, { mean, variance }), slope))];
      });
    },
  },
  {
    id: "pixel-shuffle",
    title: "pixel shuffle 4×24×24×256 → 4×48×48×64",
    bytes: 8 * 4 * 24 * 24 * 256,
    prepare: async () => {
      const x = state([4, 24, 24, 256]);
      return computing(() => [pixelShuffle(x, 2)]);
    },
  },
  {
    id: "sum-all",
    title: "sum of 4 M numbers",
    bytes: 4 * 2 ** 22,
    prepare: async () => {
      const x = state([2 ** 22]);
      return computing(() => [sum(x)]);
    },
  },
  {
    id: "sum-rows",
    title: "sums over the last axis of 4096×1024",
    bytes: 4 * 2 ** 22,
    prepare: async () => {
      const x = state([4096, 1024]);
      return computing(() => [sum(x, 1)]);
    },
  },
  {
    id: "sum-channels",
    title: "sums per channel of 16×32×32×64",
    bytes: IMAGE_BYTES,
    prepare: async () => {
      const x = state(IMAGE);
      return computing(() => [sum(x, [0, 1, 2])]);
    },
  },
  {
    id: "pointwise",
    title: "tanh(a·b + c), 4 M numbers",
    bytes: 16 * 2 ** 22,
    prepare: async () => {
      const [a, b, c] = [state([2 ** 22]), state([2 ** 22]), state([2 ** 22])];
      return computing(() => [tanh(add(mul(a, b), c))]);
    },
  },
];

/** All kernels, those that the comparison with other libraries has first. */
export const kernelCases: readonly Case[] = [
  matmulCase(512, 512, 512),
  matmulCase(1024, 1024, 1024),
  ...convCases({
    id: "conv3",
    title: "conv 3×3 64→64, 64×64",
    x: [1, 64, 64, 64],
    kernel: 3,
    out: 64,
    options: { padding: 1 },
  }),
  ...convCases({
    id: "conv4s2",
    title: "conv 4×4 s2 64→128, 16×32×32",
    x: [16, 32, 32, 64],
    kernel: 4,
    out: 128,
    options: { stride: 2, padding: 1 },
  }),
  ...deconvCases,
  ...convCases({
    id: "conv9-first",
    title: "conv 9×9 3→64, 4×24×24",
    x: [4, 24, 24, 3],
    kernel: 9,
    out: 64,
    options: { padding: 4 },
  }),
  ...convCases({
    id: "conv9-last",
    title: "conv 9×9 64→3, 4×96×96",
    x: [4, 96, 96, 64],
    kernel: 9,
    out: 3,
    options: { padding: 4 },
  }),
  ...convCases({
    id: "conv1",
    title: "conv 1×1 256→64, 4×24×24",
    x: [4, 24, 24, 256],
    kernel: 1,
    out: 64,
    options: {},
  }),
  ...convCases({
    id: "conv3-wide",
    title: "conv 3×3 256→256, 1×24×24",
    x: [1, 24, 24, 256],
    kernel: 3,
    out: 256,
    options: { padding: 1 },
  }),
  ...bandwidthCases,
];

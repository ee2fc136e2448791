/** Pooling, resizing, borders and grouped convolutions, with their gradients. */
import {
  avgPool2d,
  type ConvOptions,
  conv2d,
  grad,
  maxPool2d,
  pad,
  resize,
  type Tensor,
  zeros,
} from "../../engine/index.ts";
import { type Case, computing, state } from "../case.ts";

const IMAGE = [4, 64, 64, 64] as const;
const BYTES = 4 * IMAGE.reduce((size, n) => size * n, 1);

/** Forward, and with the gradient; every value of input and output passes through memory at least once. */
function imageCases(id: string, title: string, op: (x: Tensor) => Tensor): Case[] {
  const bytes = BYTES + 4 * op(zeros(IMAGE)).size;
  return [
    {
      id,
      title: `${title}, forward`,
      bytes,
      prepare: async () => {
        const x = state(IMAGE);
        return computing(() => [op(x)]);
      },
    },
    {
      id: `${id}-fb`,
      title: `${title}, forward + backward`,
      bytes: 2 * bytes,
      prepare: async () => {
        const x = state(IMAGE);
        const dy = state(op(x).shape);
        return computing(() => {
          const y = op(x);
          return [y, ...grad(y, [x], dy)];
        });
      },
    },
  ];
}

/** Forward, and with both gradients. */
function groupedCases(id: string, title: string, kernel: readonly number[], options: ConvOptions): Case[] {
  const inputs = () => {
    const [x, w] = [state(IMAGE), state(kernel, 0.1)];
    return { x, w, dy: state(conv2d(x, w, options).shape) };
  };
  const flops = 2 * (BYTES / 4) * kernel.slice(0, 3).reduce((product, n) => product * n, 1);
  return [
    {
      id,
      title: `${title}, forward`,
      flops,
      prepare: async () => {
        const { x, w } = inputs();
        return computing(() => [conv2d(x, w, options)]);
      },
    },
    {
      id: `${id}-fb`,
      title: `${title}, forward + backward`,
      flops: 3 * flops,
      prepare: async () => {
        const { x, w, dy } = inputs();
        return computing(() => {
          const y = conv2d(x, w, options);
          return [y, ...grad(y, [x, w], dy)];
        });
      },
    },
  ];
}

export const imageOpCases: readonly Case[] = [
  ...imageCases("maxpool2", "max pooling 2×2 of 4×64×64×64", (x) => maxPool2d(x, { kernel: 2 })),
  ...imageCases("avgpool3", "average pooling 3×3 s2 of 4×64×64×64", (x) =>
    avgPool2d(x, { kernel: 3, stride: 2, padding: 1 }),
  ),
  ...imageCases("bilinear2", "bilinear ×2 of 4×64×64×64", (x) => resize(x, [128, 128])),
  ...imageCases("bicubic-half", "bicubic to half of 4×64×64×64", (x) =>
    resize(x, [32, 32], { method: "bicubic" }),
  ),
  ...imageCases("reflect", "reflected border of 3 around 4×64×64×64", (x) =>
    pad(x, [0, 3, 3, 0], [0, 3, 3, 0], { mode: "reflect" }),
  ),
  ...groupedCases("depthwise3", "depthwise conv 3×3 of 4×64×64×64", [3, 3, 1, 64], {
    padding: 1,
    groups: 64,
  }),
  ...groupedCases("groups4", "conv 3×3 64→64 in 4 groups, 4×64×64", [3, 3, 16, 64], {
    padding: 1,
    groups: 4,
  }),
];

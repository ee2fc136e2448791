/** Half precision beside the same work in `kernels.ts`: tensors stored in two bytes an element where the adapter can. */
import { cast, conv2d, grad, matmul, type Tensor } from "../../engine/index.ts";
import type { Shape } from "../../engine/shape.ts";
import { type Case, computing, state } from "../case.ts";

const half = (shape: Shape, std?: number): Tensor => cast(state(shape, std), "f16").keep();

function matmulCase(n: number): Case {
  return {
    id: `matmul-${n}-f16`,
    title: `matmul ${n}×${n} · ${n}×${n} in f16`,
    flops: 2 * n ** 3,
    prepare: async () => {
      const [a, b] = [half([n, n]), half([n, n])];
      return computing(() => [matmul(a, b)]);
    },
  };
}

const IMAGE = [1, 64, 64, 64] as const;
const CONV_FLOPS = 2 * 64 * 64 * 9 * 64 * 64;
const SAME = { padding: 1 };

export const halfCases: readonly Case[] = [
  matmulCase(512),
  matmulCase(1024),
  {
    id: "conv3-f16",
    title: "conv 3×3 64→64, 64×64, forward in f16",
    flops: CONV_FLOPS,
    prepare: async () => {
      const [x, w] = [half(IMAGE), half([3, 3, 64, 64], 0.1)];
      return computing(() => [conv2d(x, w, SAME)]);
    },
  },
  {
    id: "conv3-fb-f16",
    title: "conv 3×3 64→64, 64×64, forward + backward in f16",
    flops: 3 * CONV_FLOPS,
    prepare: async () => {
      const [x, w, dy] = [half(IMAGE), half([3, 3, 64, 64], 0.1), half(IMAGE)];
      return computing(() => {
        const y = conv2d(x, w, SAME);
        return [y, ...grad(y, [x, w], dy)];
      });
    },
  },
];

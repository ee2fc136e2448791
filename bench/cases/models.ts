/** Whole networks, and what the engine costs when there is nearly nothing to compute. */
import { Adam, grad, matmul, mse, Parameter, tensor, type Tensor } from "../../engine/index.ts";
import { flush } from "../../engine/index.ts";
import { runtime } from "../../engine/graph/runtime.ts";
import { SRResNet } from "../../models/super-resolution/srresnet.ts";
import { type Case, computing, state } from "../case.ts";
import { Dcgan } from "../dcgan.ts";

const SRRESNET_32_FLOPS = 4.5e9;

/** A training step; `recompute` halves its memory. */
const stepCase = (id: string, title: string, recompute: boolean): Case => ({
  id,
  title,
  flops: 3 * 4 * SRRESNET_32_FLOPS * (24 / 32) ** 2,
  prepare: async () => {
    const net = new SRResNet().train();
    net.recompute = recompute;
    const adam = new Adam(net.parameters().values(), { lr: 1e-4 });
    const [x, y] = [state([4, 24, 24, 3]), state([4, 96, 96, 3])];
    return () => {
      adam.step(grad(mse(net.forward(x), y), adam.parameters));
      flush();
    };
  },
});

const thousandAdds = () => {
  const [a, b] = [state([16]), state([16])];
  return computing(() => {
    let x: Tensor = a;
    for (let k = 0; k < 1000; k++) x = x.add(b);
    return [x];
  });
};

export const modelCases: readonly Case[] = [
  {
    id: "srresnet",
    title: "SRResNet ×4 (16 blocks, 64 channels), 32×32, forward",
    flops: SRRESNET_32_FLOPS,
    prepare: async () => {
      const net = new SRResNet().eval();
      const x = state([1, 32, 32, 3]);
      return computing(() => [net.forward(x)]);
    },
  },
  stepCase("srresnet-step", "SRResNet ×4, Adam step on 4 × 24→96", false),
  stepCase("srresnet-step-recompute", "the same, blocks computed again in the backward pass", true),
  {
    id: "dcgan-step",
    title: "DCGAN 64×64, D and G step, batch 16",
    prepare: async () => {
      const gan = new Dcgan();
      const [real, z] = [state([16, 64, 64, 3], 0.5), state([16, 100])];
      return () => {
        gan.step(real, z);
      };
    },
  },
  {
    id: "adam",
    title: "Adam, 4 M parameters",
    bytes: 28 * 2 ** 22,
    prepare: async () => {
      const p = state([2 ** 22]);
      const adam = new Adam([p]);
      const g = new Parameter("gradient", p.shape, new Float32Array(p.size).fill(0.1));
      return () => {
        adam.step([g]);
        flush();
      };
    },
  },
  {
    id: "adds-1000",
    title: "1000 dependent adds of 16 numbers",
    prepare: async () => thousandAdds(),
  },
  {
    id: "adds-1000-unfused",
    title: "the same, a dispatch each",
    prepare: async () => {
      const run = thousandAdds();
      return () => {
        runtime.useFusion(false);
        try {
          run();
        } finally {
          runtime.useFusion(true);
        }
      };
    },
  },
  {
    id: "kernels-1000",
    title: "1000 dependent products of 1×16 · 16×16, a dispatch each",
    prepare: async () => {
      const identity = Float32Array.from({ length: 256 }, (_, i) => (i % 17 === 0 ? 1 : 0));
      const [a, b] = [state([1, 16]), new Parameter("identity", [16, 16], identity)];
      return computing(() => {
        let x: Tensor = a;
        for (let k = 0; k < 1000; k++) x = matmul(x, b);
        return [x];
      });
    },
  },
  {
    id: "read-small",
    title: "upload 16 numbers, add, read them",
    prepare: async () => {
      const b = state([16]);
      return async () => {
        await tensor(new Float32Array(16)).add(b).data();
      };
    },
  },
];

/** What gradient checkpointing does to the memory plan, without a device. */
import { describe, expect, test } from "vitest";
import { assemble } from "../../../engine/graph/assemble.ts";
import { planMemory } from "../../../engine/graph/plan.ts";
import { grad, nameLayers, sum, tensor } from "../../../engine/index.ts";
import { SRResNet } from "../../../models/super-resolution/srresnet.ts";
import { graphOf, HARDWARE, SOFTWARE } from "./trace.ts";

/** Kernels, and bytes of memory, of the gradients of the SRResNet of the paper on 4 × 24→96. */
function planOf(recompute: boolean, target = SOFTWARE) {
  const net = new SRResNet({}).train();
  net.recompute = recompute;
  const y = net.forward(tensor(new Float32Array(4 * 24 * 24 * 3), [4, 24, 24, 3]));
  const gradients = grad(sum(y.square()), [...net.parameters().values()]);
  const { values, kernels } = assemble(graphOf(gradients), target, 2 ** 30);
  const bytes = planMemory(values, []).slots.reduce((total, size) => total + size, 0);
  return { bytes, kernels: kernels.length };
}

describe("a checkpointed SRResNet", () => {
  for (const [name, target] of Object.entries({ software: SOFTWARE, hardware: HARDWARE }))
    test(`takes less memory, for more kernels (${name})`, () => {
      const [all, less] = [planOf(false, target), planOf(true, target)];
      // 83 MiB without, 45 MiB with it.
      expect(less.bytes).toBeLessThan(0.6 * all.bytes);
      expect(less.kernels).toBeGreaterThan(all.kernels);
      expect(less.kernels).toBeLessThan(1.4 * all.kernels);
    });

  test("what is computed again counts as the layer's backward pass", () => {
    const net = nameLayers(new SRResNet({ numBlocks: 1, width: 4 }).train());
    net.recompute = true;
    const y = net.forward(tensor(new Float32Array(4 * 4 * 3), [1, 4, 4, 3]));
    const gradients = grad(sum(y.square()), [...net.parameters().values()]);
    const again = graphOf(gradients).nodes.filter(
      (node) => node.recomputed !== undefined && node.op.name === "conv2d",
    );
    const layers = new Set(again.map((node) => node.layer));
    expect(layers.size).toBe(4);
    for (const layer of layers) expect(layer).toMatch(/\S \(backward\)$/);
  });
});

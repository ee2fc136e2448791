/** The weight of VGG features in a run, from a few of its batches. */
import type { Batch } from "../../engine/data/index.ts";
import { calibrateVggWeight, type FeatureReduction } from "./srgan-losses.ts";
import type { SRResNet } from "./srresnet.ts";
import type { VGG19 } from "../features/vgg19.ts";
import { tensorsOf } from "../training/trainer.ts";

/**
 * The mean over batches of the weight that makes the VGG loss of a generator as large as its mean squared error.
 * @param net the generator that the run begins with
 */
export async function calibrateOnBatches(
  net: SRResNet,
  vgg: VGG19,
  batches: readonly Batch[],
  reduction: FeatureReduction,
): Promise<number> {
  const { training } = net;
  net.eval();
  try {
    let sum = 0;
    for (const batch of batches) {
      const { lr, hr } = tensorsOf(batch, "lr", "hr");
      sum += await calibrateVggWeight(vgg, net.forward(lr), hr, reduction);
    }
    return sum / batches.length;
  } finally {
    net.train(training);
  }
}

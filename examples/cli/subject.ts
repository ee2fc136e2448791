/** What `profile` and `graph` look at: a network's forward pass, or a training step. */
import { InputError } from "../../engine/errors.ts";
import { Adam, grad, mse, nameLayers, type Tensor, tensor } from "../../engine/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { SRRESNET_PRESETS } from "../../models/training/srresnet.ts";
import { SRResNet } from "../../models/srresnet.ts";
import { type Arguments, oneOf, positionals, PRECISION, PRECISIONS, text, wholeNumber } from "./command.ts";
import { loadModel } from "./files.ts";

/** Something that can be recorded again and again. */
export interface Subject {
  readonly title: string;
  /** Records it once more, updates included, without running anything; reading the result computes it. */
  record(): Tensor;
}

export const SUBJECT_USAGE = "MODEL|train-step";

/** The options of both commands. */
export const SUBJECT_OPTIONS = {
  size: { type: "string", value: "N", help: "side of the input in pixels (64 by default)" },
  ...PRECISION,
  preset: {
    type: "string",
    value: Object.keys(SRRESNET_PRESETS).join("|"),
    help: "of train-step: network, batch and patch (compact by default)",
  },
} as const;

/** @throws InputError when there is no such model or preset */
export async function findSubject(args: Arguments): Promise<Subject> {
  const [name = ""] = positionals(args, 1, `takes one argument, ${SUBJECT_USAGE}`);
  const size = wholeNumber(args, "size", 1);
  if (name === "train-step" && args.values.precision !== undefined)
    throw new InputError("--precision belongs to a model's forward pass");
  if (name === "train-step") return trainStep(text(args, "preset") ?? "compact", size);
  const precision = oneOf(args, "precision", PRECISIONS, "f32");
  if (args.values.preset !== undefined) throw new InputError("--preset belongs to train-step");
  const model = await loadModel(name, precision);
  const side = size ?? 64;
  const input = noise(1, [1, side, side, 3]);
  return { title: `${name}, forward, ${side}×${side} pixels`, record: () => model.forward(input) };
}

/** One step of training SRResNet as `train` does it: forward, gradients, Adam. */
function trainStep(preset: string, size: number | undefined): Subject {
  const recipe = Object.hasOwn(SRRESNET_PRESETS, preset) ? SRRESNET_PRESETS[preset] : undefined;
  if (!recipe)
    throw new InputError(
      `there is no preset "${preset}"; there are ${Object.keys(SRRESNET_PRESETS).join(", ")}`,
    );
  const side = size ?? recipe.patch / 4;
  const net = nameLayers(new SRResNet(recipe.network)).train();
  const adam = new Adam(net.parameters(), { lr: recipe.lr });
  const small = noise(1, [recipe.batchSize, side, side, 3]);
  const large = noise(2, [recipe.batchSize, 4 * side, 4 * side, 3]);
  return {
    title: `srresnet (${preset}), a training step on ${recipe.batchSize} patches of ${side}×${side} -> ${4 * side}×${4 * side}`,
    record() {
      const loss = mse(net.forward(small), large);
      adam.step(grad(loss, adam.parameters));
      return loss;
    },
  };
}

function noise(stream: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(fillUniform(new Float32Array(size), 1, stream), shape);
}

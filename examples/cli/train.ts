/** `ganvas train MODEL`: trains on a folder of photographs, with checkpoints that continue exactly. */
import { InputError } from "../../engine/errors.ts";
import { ganLossKinds } from "../../engine/index.ts";
import { debugNonFinite } from "../../engine/inspect/index.ts";
import { SRGAN_PRESETS, SRGAN_SIZES } from "../../models/super-resolution/srgan-recipe.ts";
import { SRRESNET_PRESETS } from "../../models/super-resolution/srresnet-training.ts";
import { type Arguments, type Command, DEBUG_NAN, positionals, required } from "./command.ts";
import { SRGAN_OPTIONS } from "./train-settings-srgan.ts";
import { planSRResNet } from "./train-plan.ts";
import { planSRGAN } from "./train-plan-srgan.ts";
import { runTraining } from "./train-run.ts";
import { TUNED } from "./tuned.ts";

const words = (table: object): string => Object.keys(table).join(", ");

/** Options that only `train srgan` has. */
const SRGAN_ONLY = [
  ...["size", "vgg", "vgg-weight", "icnr", "gan", "label-smoothing", "r1"],
  "discriminator",
  ...Object.keys(SRGAN_OPTIONS),
];

const SRRESNET_ONLY = ["precision"] as const;

export const train: Command = {
  usage: "srresnet|srgan --data DIR --out DIR",
  options: {
    data: {
      type: "string",
      value: "DIR",
      help: "photographs to train on, at least as large as a patch: 96×96 (64×64 for compact, 32×32 for tiny); files that cannot be read are named and left out",
    },
    out: {
      type: "string",
      value: "DIR",
      help: "gets log.jsonl, checkpoint.safetensors, sample.png, model.safetensors, best.safetensors (by the validations: the least distance with --perceptual, else the highest PSNR) and result.json",
    },
    preset: {
      type: "string",
      value: "NAME",
      help: `srresnet: ${words(SRRESNET_PRESETS)} (compact by default); srgan: ${words(SRGAN_PRESETS)} (srgan-vgg22 by default)`,
    },
    size: {
      type: "string",
      value: Object.keys(SRGAN_SIZES).join("|"),
      help: "srgan: patch, discriminator and what suits them: paper is the paper's to the letter, compact (by default) is for a processor",
    },
    from: {
      type: "string",
      value: "MODEL",
      help: "the generator to begin with, a model's name, its weights or a run's checkpoint; train srresnet takes one with fewer residual blocks too",
    },
    vgg: {
      type: "string",
      value: "FILE",
      help: "srgan: weights of VGG19 for the presets that compare features",
    },
    "vgg-weight": {
      type: "string",
      value: "W",
      help: "srgan: of the features in the loss; 0.006 with the original weights of VGG, else by default found so that it is as large as the mean squared error at the start",
    },
    lr: {
      type: "string",
      value: "X",
      help: "learning rate at the start (srresnet: the preset's by default; srgan: 1e-4)",
    },
    batch: { type: "string", value: "N", help: "patches in a batch (the preset's or size's by default)" },
    candidates: {
      type: "string",
      value: "N",
      help: "random places that compete for a patch; the one with the most detail is taken (the preset's or size's by default, mostly 1)",
    },
    ...SRGAN_OPTIONS,
    gan: {
      type: "string",
      value: "LOSS",
      help: `srgan: ${ganLossKinds.join(", ")} (relativistic-pairing for compact, else the paper's non-saturating)`,
    },
    "label-smoothing": {
      type: "string",
      value: "S",
      help: "srgan: the discriminator is to answer 1 - S for originals, e.g. 0.1",
    },
    r1: {
      type: "string",
      value: "G",
      help: "srgan: penalty on the discriminator's gradient at originals (0.5 for compact, else 0)",
    },
    discriminator: {
      type: "string",
      value: "FILE",
      help: "srgan: the checkpoint of a run whose discriminator this one begins with, instead of a new one",
    },
    icnr: {
      type: "boolean",
      help: "srgan: a generator without --from begins with equal sub-pixels, which avoids checkerboards",
    },
    steps: {
      type: "string",
      value: "N",
      help: "updates in all; with --resume it may be more than planned (a learning rate that falls is planned anew)",
    },
    minutes: {
      type: "string",
      value: "M",
      help: "as many updates as fit into this time; the learning rate is planned for it",
    },
    "checkpoint-every": {
      type: "string",
      value: "N",
      help: "updates between checkpoints (by default one is written every two minutes)",
    },
    resume: { type: "boolean", help: "goes on from the checkpoint in the output folder" },
    precision: {
      type: "string",
      value: "f32|mixed",
      help: "srresnet: mixed computes products in half precision, with loss scaling; weights stay f32 (f32 by default)",
    },
    recompute: {
      type: "boolean",
      help: "computes the generator's blocks again in the backward pass instead of keeping their values: half the memory, a third more work, for large patches and batches",
    },
    seed: { type: "string", value: "S", help: "of initial weights and batches (0 by default)" },
    val: {
      type: "string",
      value: "DIR",
      help: "photographs to validate on (by default one of ten of the training folder is held out)",
    },
    perceptual: {
      type: "string",
      value: "FILE",
      help: "weights of SqueezeNet 1.1 (Caffe's): validation measures how different images look, too",
    },
    "val-every": { type: "string", value: "N", help: "updates between validations (500 by default)" },
    ...TUNED,
    ...DEBUG_NAN,
  },
  run,
};

async function run(args: Arguments): Promise<unknown> {
  debugNonFinite(args.values["debug-nan"] === true);
  const [what] = positionals(args, 1, "train takes one argument, srresnet or srgan");
  if (what !== "srresnet" && what !== "srgan")
    throw new InputError(`train knows srresnet and srgan, got "${what}"`);
  const others = what === "srresnet" ? SRGAN_ONLY : SRRESNET_ONLY;
  const foreign = others.find((option) => args.values[option] !== undefined);
  if (foreign)
    throw new InputError(`--${foreign} belongs to train ${what === "srresnet" ? "srgan" : "srresnet"}`);
  required(args, "data");
  const out = required(args, "out");
  return runTraining(args, out, await (what === "srgan" ? planSRGAN(args, out) : planSRResNet(args, out)));
}

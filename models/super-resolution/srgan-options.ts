/** The options of `train srgan`, and what they make of its recipe. */
import { InputError } from "../../engine/errors.ts";
import { ganLoss, ganLossKinds } from "../../engine/index.ts";
import { choice, flag, number, onOff, type Options, text, type Values } from "../training/options.ts";
import { SCHEDULES } from "../training/recipe.ts";
import { GENERATOR_OPTIONS } from "./generator-training.ts";
import { DISCRIMINATOR_HEADS, DISCRIMINATOR_NORMS } from "./srgan-discriminator.ts";
import { SRGAN_SIZES, type SRGANChoice, type SRGANSize, type SRGANSizeName } from "./srgan-recipe.ts";
import { type Game, PAPER_GAME } from "./srgan-step.ts";

/** Those that set a field of `SRGANChoice` each, of the same name in camel case. */
const SETTINGS = {
  schedule: choice(SCHEDULES, {
    help: "learning rate constant, falling along half a cosine, or a tenth from half of the updates on (drop); by default cosine for compact, else the preset's",
    placeholder: "NAME",
    paper: "drop",
  }),
  ema: number(
    { least: 0, below: 1 },
    {
      help: "keeps and saves an average of the weights (0.995 for compact, else 0: none)",
      placeholder: "B",
      paper: 0,
    },
  ),
  "pixel-weight": number(
    { least: 0 },
    {
      help: "of the pixels' mean squared error beside the features, which alone let colours drift (0.5 for compact, else 0)",
      placeholder: "W",
      paper: 0,
    },
  ),
  "grid-weight": number(
    { least: 0 },
    {
      help: "of a penalty on patterns that repeat after two or four pixels (20 for compact, else 0)",
      placeholder: "W",
      paper: 0,
    },
  ),
  "texture-weight": number(
    { least: 0 },
    {
      help: "of the distance of textures, compared place by place in VGG's features (1e-3 for compact, else 0)",
      placeholder: "W",
      paper: 0,
    },
  ),
  jitter: onOff({
    help: "losses look through a window that moves by up to 3 pixels from update to update, against grids (on for compact)",
    paper: false,
  }),
  "frozen-statistics": onOff({
    help: "the generator's batch norm keeps the statistics that --from came with, so that it learns as it will be used (on for compact)",
    paper: false,
  }),
} as const satisfies Options;

/** And those without an effect where nothing judges. */
const DISCRIMINATOR_SETTINGS = {
  head: choice(DISCRIMINATOR_HEADS, {
    help: "the discriminator's end: dense (as in the paper), gap (each feature's mean), patch (an answer for each place; for compact)",
    placeholder: "HEAD",
    paper: "dense",
  }),
  norm: choice(DISCRIMINATOR_NORMS, {
    help: "what keeps the discriminator's signal in bounds: batch (as in the paper), spectral, none (for compact)",
    placeholder: "NORM",
    paper: "batch",
  }),
  "discriminator-lr": number(
    { above: 0 },
    {
      help: "the discriminator's learning rate at the start (4e-4 for compact, else the generator's)",
      paper: 1e-4,
    },
  ),
  "discriminator-schedule": choice(SCHEDULES, {
    help: "how the discriminator's learning rate goes on: constant, cosine, drop (constant for compact, else as the generator's)",
    placeholder: "NAME",
    paper: "drop",
  }),
  "discriminator-lead": number(
    { least: 0, below: 1 },
    {
      help: "share of the updates, at the start, in which only the discriminator learns (0.09 for compact, else 0)",
      placeholder: "S",
      paper: 0,
    },
  ),
  "adversarial-weight": number(
    { above: 0 },
    {
      help: "of the adversarial loss (10 for compact, where it is a limit; else 1e-3, as in the paper)",
      placeholder: "W",
      paper: 1e-3,
    },
  ),
  "adversarial-share": number(
    { above: 0 },
    {
      help: "lowers that weight in each update so that the discriminator's gradient at the images is at most R times as long as that of all else (0.6 for compact, else no limit)",
      placeholder: "R",
    },
  ),
} as const satisfies Options;

export const SRGAN_OPTIONS = {
  size: choice(Object.keys(SRGAN_SIZES) as SRGANSizeName[], {
    help: "patch, discriminator and what suits them: paper is the paper's to the letter, compact (by default) is for a processor",
    paper: "paper",
  }),
  vgg: text({ help: "weights of VGG19 for the presets that compare features", again: true }),
  "vgg-weight": number(
    { above: 0 },
    {
      help: "of the features in the loss; 0.006 with the original weights of VGG, else by default found so that it is as large as the mean squared error at the start",
      placeholder: "W",
      paper: 0.006,
    },
  ),
  ...GENERATOR_OPTIONS,
  ...SETTINGS,
  ...DISCRIMINATOR_SETTINGS,
  gan: choice(ganLossKinds, {
    help: `${ganLossKinds.join(", ")} (relativistic-pairing for compact, else the paper's non-saturating)`,
    placeholder: "LOSS",
    paper: "non-saturating",
  }),
  "label-smoothing": number(
    { least: 0, below: 1 },
    { help: "the discriminator is to answer 1 - S for originals, e.g. 0.1", placeholder: "S", paper: 0 },
  ),
  r1: number(
    { least: 0 },
    {
      help: "penalty on the discriminator's gradient at originals (0.5 for compact, else 0)",
      placeholder: "G",
      paper: 0,
    },
  ),
  discriminator: text({
    help: "the checkpoint of a run whose discriminator this one begins with, instead of a new one",
  }),
  icnr: flag({
    help: "a generator without --from begins with equal sub-pixels, which avoids checkerboards",
  }),
} as const satisfies Options;

export type SRGANOptions = Values<typeof SRGAN_OPTIONS>;

/** Options for runs with a discriminator. */
export const OF_DISCRIMINATOR: readonly string[] = [
  ...["discriminator", "gan", "label-smoothing", "r1"],
  ...Object.keys(DISCRIMINATOR_SETTINGS),
];

/** What the options say of the recipe. */
export function settingsOf(options: SRGANOptions): Partial<SRGANChoice> {
  const { steps, seed, lr, batch, candidates, degrade } = options;
  const named = [...Object.keys(SETTINGS), ...Object.keys(DISCRIMINATOR_SETTINGS)] as (keyof SRGANOptions)[];
  const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const entries = [
    ...Object.entries({ steps, seed, lr, batchSize: batch, candidates, degrade }),
    ...named.map((name) => [camel(name), options[name]] as const),
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The rules of the game, where options change them. @throws InputError for one that has no label to smooth */
export function gameOf(options: SRGANOptions, size: SRGANSizeName): Partial<Game> {
  const usual: Game = { ...PAPER_GAME, ...(SRGAN_SIZES[size] as SRGANSize).game };
  const { gan: loss = usual.loss, "label-smoothing": smoothing = 0, r1 = usual.r1 } = options;
  try {
    ganLoss(loss, { realTarget: 1 - smoothing });
  } catch (error) {
    throw new InputError((error as Error).message.replace("ganLoss: ", "--label-smoothing: "));
  }
  return { loss, realTarget: 1 - smoothing, r1 };
}

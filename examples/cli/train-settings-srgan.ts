/** Options of `train srgan` that set a field of its recipe each. */
import {
  DISCRIMINATOR_HEADS,
  DISCRIMINATOR_NORMS,
} from "../../models/super-resolution/srgan-discriminator.ts";
import { SCHEDULES } from "../../models/training/recipe.ts";
import type { SRGANChoice } from "../../models/super-resolution/srgan-recipe.ts";
import { type Arguments, decimal, type OptionSpec, oneOf, text, wholeNumber } from "./command.ts";

interface Setting {
  readonly field: keyof SRGANChoice;
  readonly read: (args: Arguments, name: string) => SRGANChoice[keyof SRGANChoice] | undefined;
  /** Without an effect where nothing judges. */
  readonly ofDiscriminator?: true;
  /** Missing where `train srresnet` has the option too. */
  readonly option?: OptionSpec;
}

type Range = Parameters<typeof decimal>[2];
const inRange = (range: Range) => (args: Arguments, name: string) => decimal(args, name, range);
const atLeastOne = (args: Arguments, name: string) => wholeNumber(args, name, 1);
const wordOf =
  <T extends string>(words: readonly T[]) =>
  (args: Arguments, name: string) =>
    text(args, name) === undefined ? undefined : oneOf(args, name, words, words[0] as T);
const onOrOff = (args: Arguments, name: string) => {
  const word = wordOf(["on", "off"])(args, name);
  return word === undefined ? undefined : word === "on";
};

export const SRGAN_SETTINGS: Readonly<Record<string, Setting>> = {
  lr: { field: "lr", read: inRange({ above: 0 }) },
  batch: { field: "batchSize", read: atLeastOne },
  candidates: { field: "candidates", read: atLeastOne },
  schedule: {
    field: "schedule",
    read: wordOf(SCHEDULES),
    option: {
      type: "string",
      value: "NAME",
      help: "srgan: learning rate constant, falling along half a cosine, or a tenth from half of the updates on (drop); by default cosine for compact, else the preset's",
    },
  },
  ema: {
    field: "ema",
    read: inRange({ least: 0, below: 1 }),
    option: {
      type: "string",
      value: "B",
      help: "srgan: keeps and saves an average of the weights (0.995 for compact, else 0: none)",
    },
  },
  "pixel-weight": {
    field: "pixelWeight",
    read: inRange({ least: 0 }),
    option: {
      type: "string",
      value: "W",
      help: "srgan: of the pixels' mean squared error beside the features, which alone let colours drift (0.5 for compact, else 0)",
    },
  },
  "grid-weight": {
    field: "gridWeight",
    read: inRange({ least: 0 }),
    option: {
      type: "string",
      value: "W",
      help: "srgan: of a penalty on patterns that repeat after two or four pixels (20 for compact, else 0)",
    },
  },
  "texture-weight": {
    field: "textureWeight",
    read: inRange({ least: 0 }),
    option: {
      type: "string",
      value: "W",
      help: "srgan: of the distance of textures, compared place by place in VGG's features (1e-3 for compact, else 0)",
    },
  },
  jitter: {
    field: "jitter",
    read: onOrOff,
    option: {
      type: "string",
      value: "on|off",
      help: "srgan: losses look through a window that moves by up to 3 pixels from update to update, against grids (on for compact)",
    },
  },
  "frozen-statistics": {
    field: "frozenStatistics",
    read: onOrOff,
    option: {
      type: "string",
      value: "on|off",
      help: "srgan: the generator's batch norm keeps the statistics that --from came with, so that it learns as it will be used (on for compact)",
    },
  },
  head: {
    field: "head",
    read: wordOf(DISCRIMINATOR_HEADS),
    ofDiscriminator: true,
    option: {
      type: "string",
      value: "HEAD",
      help: "srgan: the discriminator's end: dense (as in the paper), gap (each feature's mean), patch (an answer for each place; for compact)",
    },
  },
  norm: {
    field: "norm",
    read: wordOf(DISCRIMINATOR_NORMS),
    ofDiscriminator: true,
    option: {
      type: "string",
      value: "NORM",
      help: "srgan: what keeps the discriminator's signal in bounds: batch (as in the paper), spectral, none (for compact)",
    },
  },
  "discriminator-lr": {
    field: "discriminatorLr",
    read: inRange({ above: 0 }),
    ofDiscriminator: true,
    option: {
      type: "string",
      value: "X",
      help: "srgan: the discriminator's learning rate at the start (4e-4 for compact, else the generator's)",
    },
  },
  "discriminator-schedule": {
    field: "discriminatorSchedule",
    read: wordOf(SCHEDULES),
    ofDiscriminator: true,
    option: {
      type: "string",
      value: "NAME",
      help: "srgan: how the discriminator's learning rate goes on: constant, cosine, drop (constant for compact, else as the generator's)",
    },
  },
  "discriminator-lead": {
    field: "discriminatorLead",
    read: inRange({ least: 0, below: 1 }),
    ofDiscriminator: true,
    option: {
      type: "string",
      value: "S",
      help: "srgan: share of the updates, at the start, in which only the discriminator learns (0.09 for compact, else 0)",
    },
  },
  "adversarial-weight": {
    field: "adversarialWeight",
    read: inRange({ above: 0 }),
    ofDiscriminator: true,
    option: {
      type: "string",
      value: "W",
      help: "srgan: of the adversarial loss (10 for compact, where it is a limit; else 1e-3, as in the paper)",
    },
  },
  "adversarial-share": {
    field: "adversarialShare",
    read: inRange({ above: 0 }),
    ofDiscriminator: true,
    option: {
      type: "string",
      value: "R",
      help: "srgan: lowers that weight in each update so that the discriminator's gradient at the images is at most R times as long as that of all else (0.6 for compact, else no limit)",
    },
  },
};

/** What the options say. @throws InputError for a value that is none */
export function settingsOf(args: Arguments): Partial<SRGANChoice> {
  const given = Object.entries(SRGAN_SETTINGS).map(([name, { field, read }]) => [field, read(args, name)]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

const namesOf = (keep: (setting: Setting) => boolean): string[] =>
  Object.entries(SRGAN_SETTINGS).flatMap(([name, setting]) => (keep(setting) ? [name] : []));

export const SETTING_NAMES = namesOf(() => true);
export const DISCRIMINATOR_SETTINGS = namesOf(({ ofDiscriminator }) => ofDiscriminator === true);

/** The options that `train srresnet` does not have. */
export const SRGAN_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.fromEntries(
  Object.entries(SRGAN_SETTINGS).flatMap(([name, { option }]) => (option ? [[name, option]] : [])),
);

/** What the page and the lab, which trains and samples in a worker, tell each other. All of it can be copied between threads. */
import type { LayerBox } from "../../../engine/inspect/index.ts";
import type { Image } from "../../../engine/io/image.ts";
import type { PathedFile } from "../../../models/datasets/open-browser.ts";
import type { ModelEntry, SampleRequest, Samples, Told } from "../../../models/system.ts";
import type { Scene } from "../../../models/toy/scene.ts";
import type { Player } from "../../../models/training/dissection.ts";
import type { OptionValue } from "../../../models/training/options.ts";
import type { KernelCost } from "../kernel-costs.ts";

export type { Image, ModelEntry, OptionValue, PathedFile, Player, Scene, Told };

/** An option of a system, for a form. */
export interface OptionEntry {
  readonly name: string;
  readonly kind: "number" | "whole" | "choice" | "switch" | "flag" | "text";
  readonly help: string;
  readonly words: readonly string[];
  readonly paper: OptionValue | undefined;
  readonly usual: OptionValue | undefined;
}

/** A system as pages see it, before any of it is opened. */
export interface SystemEntry {
  readonly name: string;
  readonly title: string;
  readonly paper: string;
  readonly summary: string;
  /** What its data is, a part of a sentence. */
  readonly data: string;
  /** Data that is there at once. */
  readonly builtIn: readonly string[];
  readonly options: readonly OptionEntry[];
  readonly presets: readonly { readonly name: string; readonly title: string; readonly sentence: string }[];
  readonly usual: string;
  readonly stages: readonly string[];
  readonly shipped: readonly ModelEntry[];
  /** Networks too small to be presets, which are tried on `REHEARSAL` only, the smallest last. */
  readonly rehearsals: readonly string[];
  /** Whether its weights make pictures from noise. */
  readonly samples: boolean;
  /** What its weights can be told beside noise and classes. */
  readonly told: readonly Told[];
}

/** What a run is asked for. The same wishes find the same run again, which is kept in this browser. */
export interface Wishes {
  readonly system: string;
  readonly preset: string;
  readonly stage: string | undefined;
  /** A built-in set, `REHEARSAL`, or what was dropped. */
  readonly data: string;
  /** Options that were given, as they were written. */
  readonly given: Readonly<Record<string, string | boolean>>;
}

/** Stands for random numbers instead of data: every system can be seen at work without any. */
export const REHEARSAL = "random numbers";

/** What is known of a run when it begins. */
export interface RunFacts {
  readonly step: number;
  readonly steps: number;
  readonly measures: readonly string[];
  readonly headline: readonly string[];
  readonly parameterCounts: Readonly<Record<string, number>>;
  readonly recipe: Readonly<Record<string, unknown>>;
  /** Whether updates can be taken apart. */
  readonly dissects: boolean;
}

/** Where a run stands. */
export interface Standing {
  readonly step: number;
  readonly steps: number;
  readonly ended: boolean;
}

/** Numbers with their shape: the first items of a tensor. */
export interface Shown {
  /** Of what is here. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Of the whole tensor. */
  readonly whole: readonly number[];
}

/** How long the gradient of each layer is, in an update. */
export interface LayerNorm {
  readonly layer: string;
  readonly norm: number;
}

/** What was seen inside the game in one update. */
export interface Inside {
  readonly step: number;
  /** D's answers to single samples, as probabilities. */
  readonly real: Float32Array;
  readonly fake: Float32Array;
  /** To real samples with conditions that are not theirs; empty where it is shown none. */
  readonly wrong: Float32Array;
  readonly norms: Readonly<Record<Player, readonly LayerNorm[]>>;
}

/** What of a layer is looked at: what it puts out, its weight, or the gradient of the last loss with respect to one of them. */
export const VIEWS = ["out", "grad", "weight", "weight-grad"] as const;
export type View = (typeof VIEWS)[number];
export interface Wanted {
  readonly layer: string;
  readonly view: View;
  /** What of it, in brackets as in a selector; "" for all. */
  readonly part: string;
}

/** A layer in the drawing of a network. */
export interface DrawnLayer extends LayerBox {
  /** What it is: "convolution", "batch norm"; "" of several layers in one. */
  readonly kind: string;
  readonly parameters: number;
}

/** Numbers of a tensor, in double precision. */
export interface Statistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Euclidean. */
  readonly norm: number;
  /** NaN or infinite, which the others leave out. */
  readonly bad: number;
}

/** What batch norm goes by, channel by channel: its running statistics, and those of the batch that it was last given. */
export interface ChannelStatistics {
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  readonly runningMean: ArrayLike<number>;
  readonly runningVariance: ArrayLike<number>;
}

/** What was looked at. */
export interface Looked {
  readonly of: Wanted;
  /** What it is: a weight's own name, where it is one. */
  readonly name: string;
  readonly values: Shown;
  readonly statistics: Statistics;
  readonly channels?: ChannelStatistics;
}

/** What was seen of layers in one update. */
export interface Look {
  readonly step: number;
  /** As an update has applied them. */
  readonly layers: readonly DrawnLayer[];
  /** What each of them put out, in small; in their order. */
  readonly small: readonly Shown[];
  readonly looked: readonly Looked[];
  /** Of what is wanted and was not there, why. */
  readonly problem: string;
}

/** The kernels of an update. */
export interface UpdateKernels {
  readonly step: number;
  /** False where the browser tells no times of kernels. */
  readonly timed: boolean;
  readonly kernels: readonly KernelCost[];
}

export type SubStepKind = "noise" | "samples" | "answers" | "loss" | "picture-gradient" | "layers" | "update";

/** A part of one update in slow motion. */
export interface SubStep {
  readonly player: Player;
  readonly kind: SubStepKind;
  /** Single numbers by name. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly tensors: readonly { readonly title: string; readonly values: Shown; readonly signed: boolean }[];
  readonly layers: readonly LayerNorm[];
}

export type News =
  | {
      readonly kind: "measures";
      readonly steps: readonly number[];
      /** A row an update. */
      readonly values: readonly (readonly number[])[];
      readonly standing: Standing;
    }
  | { readonly kind: "compiling"; readonly compiled: number; readonly asked: number }
  | { readonly kind: "say"; readonly line: string }
  | { readonly kind: "scores"; readonly step: number; readonly scores: Readonly<Record<string, number>> }
  | { readonly kind: "sheet"; readonly step: number; readonly image: Image }
  | { readonly kind: "scene"; readonly step: number; readonly scene: Scene }
  | { readonly kind: "inside"; readonly inside: Inside }
  | { readonly kind: "look"; readonly look: Look };

/** What is asked of a system's weights. */
export interface SamplesWish {
  readonly system: string;
  /** Name among `SystemEntry.shipped`, or of weights that were opened. */
  readonly model: string;
  readonly request: Omit<SampleRequest, "signal" | "styles" | "thumbnail">;
  /** A picture in whose style to draw. */
  readonly style?: File | undefined;
  /** A picture to begin with. */
  readonly thumbnail?: File | undefined;
}

export interface Sampled {
  readonly rows: Samples["rows"];
  readonly labels: readonly string[];
  readonly steps: readonly { readonly name: string; readonly image: Image }[];
  readonly notes: readonly string[];
  readonly milliseconds: number;
  /** Kernels that had to be compiled for it. */
  readonly compiled: number;
}

export type Compiling = (compiled: number, asked: number) => void;

/** Weights that are ready to draw. */
export interface OpenedModel {
  readonly classes: readonly string[];
  readonly told: readonly Told[];
  readonly examples: readonly string[];
}

/** The calls. Training, sampling and looking take turns. */
export interface Lab {
  connect(): Promise<readonly SystemEntry[]>;
  /** Takes files as a set of data. @returns what to call it in `Wishes.data` */
  drop(files: readonly PathedFile[]): Promise<string>;
  /** What is wrong with an option as it is written; "" where nothing is. */
  checkOption(system: string, option: string, written: string): Promise<string>;
  /** How many updates the run of these wishes has made that is kept; undefined where none is. */
  kept(wishes: Wishes): Promise<number | undefined>;
  /** Begins a run, or with `resume` goes on with the one that is kept. Any other is paused and kept. */
  begin(wishes: Wishes, resume: boolean, follow: (news: News) => void): Promise<RunFacts>;
  /** Makes so many updates, or all that are left, until it is paused; then the run is saved. */
  train(updates?: number): Promise<Standing>;
  pause(): void;
  /** Saves the run that has begun, wherever it is. */
  keep(): Promise<void>;
  /** One update in slow motion, in its parts. */
  slowly(): Promise<readonly SubStep[]>;
  /** From now on an update is taken apart now and then, or no more: `Inside` is told. */
  watch(on: boolean): Promise<void>;
  /** The networks of the run that has begun. */
  drawing(): Promise<readonly DrawnLayer[]>;
  /**
   * From now on layers are looked at now and then, beginning with the next update: `Look` is told. Of the update that was looked at
   * last, if there is one, it is told at once.
   * @param wanted undefined: no more
   */
  inspect(wanted: readonly Wanted[] | undefined): Promise<void>;
  /** Makes two updates, the second of them kernel by kernel. */
  kernels(): Promise<UpdateKernels>;
  /** A file of the run: "checkpoint.safetensors", "model.safetensors", "log.jsonl". */
  file(name: string): Promise<Uint8Array | undefined>;
  /** Takes over a checkpoint that was made elsewhere. @returns by which wishes it goes on: what it says of itself, else these */
  adopt(bytes: Uint8Array, wishes: Wishes): Promise<Wishes>;
  /** Reads weights and says what can be asked of them. */
  open(system: string, model: string): Promise<OpenedModel>;
  /** Takes weights that a run has made. @returns by which names they are called @throws where they are of none of these systems */
  take(
    file: File,
    systems: readonly string[],
  ): Promise<{ readonly system: string; readonly model: ModelEntry }>;
  /** @param compiling told how many kernels are compiled, of those asked for so far */
  sample(wish: SamplesWish, compiling: Compiling): Promise<Sampled>;
  /** Rows of pictures as a PNG, as `ganvas sample` lays them out. */
  sheet(rows: Samples["rows"]): Promise<Uint8Array>;
}

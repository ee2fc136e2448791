/**
 * What a system says of itself. Commands, pages, benchmarks and the test over the table read nothing else: a new system is a
 * folder and a line in `systems.ts`.
 */
import type { GenericSchema } from "valibot";
import type { Batch, BatchSource, ImageLoader } from "../engine/data/index.ts";
import type { Image } from "../engine/io/image.ts";
import type { JsonValue } from "../engine/io/index.ts";
import type { Scene } from "./toy/scene.ts";
import type { Host, RunStore } from "./training/host.ts";
import type { Options, OptionValue, Values } from "./training/options.ts";
import type { RunRecipe, Trainer } from "./training/trainer.ts";
import type { OwnConcerns } from "./training/watch.ts";

/** A named set of options: the paper's to the letter, or one that works best today. */
export interface Preset {
  readonly title: string;
  /** One sentence: what it is for. */
  readonly sentence: string;
  /** Options that differ from their defaults. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** What a run is asked for. */
export interface Request<O extends Options = Options, R extends RunRecipe = RunRecipe> {
  /** Given by the user, else by the preset, else the defaults. */
  readonly options: Values<O>;
  /** Names of those that the user gave. */
  readonly chosen: ReadonlySet<string>;
  readonly preset: string;
  /** Which of the system's stages, where it has them. */
  readonly stage: string | undefined;
  /** The folder or file of the data, as the user named it. */
  readonly path: string;
  readonly host: Host;
  /** Where the run's files lie; of a stage, a part of the whole run's. */
  readonly store: RunStore;
  /** The files of the whole run, where it has stages: what earlier stages have made is `within` it. */
  readonly whole: RunStore;
  /** The run that goes on. */
  readonly resumed: Resumed<R> | undefined;
  /** To be told of each file that is left out, and why: at once, or when it turns out to be unusable. */
  readonly leaveOut: (message: string) => void;
}

/** What a checkpoint says of its run. */
export interface Resumed<R extends RunRecipe = RunRecipe> {
  /** With as many updates as it is to have now. */
  readonly recipe: R;
  /** As it was. */
  readonly stored: R;
  /** What the data asked to be stored beside the recipe. */
  readonly extras: Readonly<Record<string, JsonValue>>;
}

/** All that a run reads of files: the data, and what options name. Each system adds its own. */
export interface Data {
  /** Changes when an item is added, removed or renamed: a run can only go on exactly with the same. */
  readonly fingerprint: string;
  /** How many items are trained on, for the log. */
  readonly count: number;
  /** What an item is, in the plural: "photographs", "digits". */
  readonly items: string;
  /** In words: "60000 digits of 10 classes". */
  readonly summary: string;
  /** To be stored beside the recipe, so that the run can go on without being told again. */
  readonly extras?: Readonly<Record<string, JsonValue>>;
}

/** How well a network does at a point of its training. */
export interface Assessment {
  /** For the log: finite numbers by name. */
  readonly scores: Readonly<Record<string, number>>;
  /** The score by which the best weights are chosen; one of `Training.merits`. */
  readonly merit?: string;
  /** For the line of progress. */
  readonly note: string;
}

/** A score by which weights are called the best. */
export interface Merit {
  readonly better: "higher" | "lower";
  show(value: number): string;
}

/** Everything that a run drives. */
export interface Training<R extends RunRecipe = RunRecipe> {
  readonly trainer: Trainer<R>;
  /** Closed by the run when it ends. */
  readonly source: BatchSource;
  /** What a batch is made of, for people: "patches", "digits". */
  readonly items: string;
  readonly merits: Readonly<Record<string, Merit>>;
  /** What can be done already is measured before the first update. */
  readonly assessFirst?: boolean;
  /** What this game has to be watched for beside what is watched everywhere. */
  readonly watch?: OwnConcerns;
  assess(): Promise<Assessment>;
  /** A picture that shows what scores do not. */
  sheet?(): Promise<Image>;
  /** What is known all over the plane, of what makes points in it. */
  scene?(): Promise<Scene>;
}

/** What is asked of a sampler. */
export interface SampleRequest {
  /** Pictures, or rows of them where classes are asked in turn. */
  readonly count: number;
  readonly seed: number;
  /** Only this class, by its name or number. */
  readonly class?: string;
  /** Sentences that say what to draw, where the network reads sentences. */
  readonly texts?: readonly string[];
  /** Pictures in whose style to draw, where the network reads styles. */
  readonly styles?: readonly Image[];
  /** Of two sentences: only what lies this share of the way from the first to the second, in one row. */
  readonly share?: number;
  /** A picture to begin with, where coarse ones are made finer; it is reduced to what is made first. */
  readonly thumbnail?: Image;
  /** Between classes, sentences and noises instead of one by one. */
  readonly walk: boolean;
  readonly signal?: AbortSignal;
}

/** Pictures, with what led to them. */
export interface Samples {
  /** A row a class or walk, or rows of as many as fit. */
  readonly rows: readonly (readonly Image[])[];
  /** Names of the rows, where they have some. */
  readonly labels?: readonly string[];
  /** What was made on the way (of a pyramid: each level's low pass, band and sum), under names for files. */
  readonly steps?: ReadonlyMap<string, Image>;
  /** Sentences on what was asked for and could not be heeded: letters that are not read, a sentence that was cut. */
  readonly notes?: readonly string[];
}

/** What a network can be told beside noise and classes. */
export type Told = "texts" | "styles" | "thumbnail";

/** A trained network that makes pictures. */
export interface Sampler {
  readonly title: string;
  /** Names of the classes that can be asked for; none for a network without. */
  readonly classes: readonly string[];
  /** What these weights can be told; nothing where it is missing. */
  readonly told?: readonly Told[];
  /** Sentences to begin with, where it is told some. */
  readonly examples?: readonly string[];
  /** @throws InputError for a class or a walk that there is not */
  sample(request: SampleRequest): Promise<Samples>;
}

/** One number of a judgement. */
export interface Judged {
  /** Measure and protocol: "Parzen log-likelihood, sigma by validation". */
  readonly name: string;
  readonly value: number;
  /** Standard error, where the protocol gives one. */
  readonly error?: number;
  /** "132 ± 1.8": the paper's, to be printed beside. */
  readonly paper?: string;
  /** What real pictures have by the same measure. */
  readonly real?: number;
  /** The value for each class, in their order. */
  readonly classes?: readonly number[];
}

/** What `eval` prints. */
export interface Judgement {
  readonly scores: readonly Judged[];
  /** How to read them: caveats of the protocols. */
  readonly notes: readonly string[];
  readonly sheet?: Image;
}

/** What a sampler is judged on. */
export interface JudgeRequest {
  readonly path: string;
  readonly host: Host;
  /** Pictures to sample. */
  readonly count: number;
  readonly seed: number;
  /** A file of weights that a judge of pictures needs, as the user named it: SqueezeNet's. */
  readonly perceptual?: string;
  /** A file of a text encoder that also reads pictures, as the user named it. */
  readonly retrieval?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/** A training on made-up data with random weights: for profiles, benchmarks and tests. */
export interface Rehearsal {
  readonly title: string;
  readonly trainer: Trainer;
  /** Batch `k`, counted from 0; all of one shape. */
  batch(k: number): Batch;
}

/** A network that comes with the project: what commands and pages know of it before they open it. */
export interface ModelEntry {
  /** By which commands call it. */
  readonly name: string;
  readonly title: string;
  /** One sentence: how it was trained, and what that does to a picture. */
  readonly description: string;
  /** Path of its weights from the repository's root. */
  readonly file: string;
  /** Path of its card from the repository's root: data, steps, scores, and the command that made it. */
  readonly card: string;
  /** Sentences that show what it can do, where it is told some; by default those that its run has drawn. */
  readonly examples?: readonly string[];
}

export interface System<O extends Options = Options, R extends RunRecipe = RunRecipe, D extends Data = Data> {
  /** By which commands call it. */
  readonly name: string;
  readonly title: string;
  /** Authors, title, year. */
  readonly paper: string;
  /** One sentence. */
  readonly summary: string;
  /** What `--data` is, a part of a sentence. */
  readonly data: string;
  /** Data that needs no files, by its names for `--data`; the usual one first. */
  readonly builtIn?: readonly string[];
  readonly options: O;
  readonly presets: Readonly<Record<string, Preset>>;
  /** The preset that is taken where none is named. */
  readonly usual: string;
  /** Names of networks that are trained one after the other, each a run of its own in a folder of that name. */
  readonly stages?: readonly string[];
  /** Of which stage a recipe is. */
  stageOf?(recipe: R): string | undefined;
  /** What a recipe of this system in a checkpoint looks like. */
  readonly recipe: GenericSchema<unknown>;
  /** What the checkpoint holds beside the recipe: the names of `Data.extras`. */
  readonly extras?: readonly string[];
  /** A stored recipe with another number of updates, and what that means in words; by default nothing else changes. */
  extend?(stored: R, steps: number): { readonly recipe: R; readonly notice: string };
  /** Whether a stored recipe is of a preset; by default it names it in its field `preset`. */
  matches?(recipe: R, preset: string): boolean;
  /**
   * Opens the data, and files that options name. What is wrong with the options is told before any data is looked at.
   * @throws InputError where options contradict each other, the data or the run that goes on
   */
  open(request: Request<O, R>): Promise<D>;
  /** The recipe of a new run, all of it plain data. */
  plan(request: Request<O, R>, data: D): Promise<R>;
  /** Networks, optimisers and batches of a recipe. Made twice where a run's length is found by its pace. */
  start(recipe: R, data: D, request: Request<O, R>): Promise<Training<R>>;
  /** Batches out of image files, for `Host.batches`; runs in a worker. */
  source?(images: ImageLoader, options: Readonly<Record<string, unknown>>): BatchSource;
  /** What can be rehearsed, the usual one first, and how. */
  readonly rehearsals: readonly string[];
  /**
   * @param name one of `rehearsals`
   * @param side of its images in pixels, where that can be chosen
   * @throws InputError when there is no such rehearsal
   */
  rehearse(name: string, side?: number): Rehearsal;
  /** Weights that come with the project, the usual ones first. */
  readonly shipped: readonly ModelEntry[];
  /** What its weights can be told, some of them at least. */
  readonly told?: readonly Told[];
  /** Its weights can be judged, and make no pictures. */
  readonly drawsNothing?: true;
  /** Opens weights that a run has made. Missing where nothing is made from noise. @throws InputError for another system's */
  load?(bytes: Uint8Array, file: string): Promise<Sampler>;
  /** Judges samples by the paper's protocol and by today's. */
  judge?(sampler: Sampler, request: JudgeRequest): Promise<Judgement>;
}

/** A system as the table holds it. Its own types are its own affair. */
export const system = <O extends Options, R extends RunRecipe, D extends Data>(of: System<O, R, D>): System =>
  of as unknown as System;

/** A system that learns to shift noise towards data: small enough for tests of everything that is done by the table alone. */
import type { Batch, BatchSource } from "../../engine/data/index.ts";
import { InputError } from "../../engine/errors.ts";
import {
  Adam,
  flush,
  grad,
  Initializer,
  Linear,
  Module,
  mse,
  nameLayers,
  type Tensor,
} from "../../engine/index.ts";
import { type Checkpoint, type JsonValue, readSafetensors } from "../../engine/io/index.ts";
import { makeImage } from "../../engine/io/image.ts";
import { fillUniform } from "../../engine/random.ts";
import { type Data, system } from "../../models/system.ts";
import { number, type Options, recipeSchema, RUN_OPTIONS, whole } from "../../models/training/options.ts";
import { type RunRecipe, tensorsOf, type Trainer, type Weights } from "../../models/training/trainer.ts";

const OPTIONS = {
  ...RUN_OPTIONS,
  lr: number({ above: 0, most: 1 }, { help: "learning rate", default: 0.01, paper: 0.1 }),
  width: whole(1, { help: "numbers in and out", default: 4 }),
} as const satisfies Options;

interface ShiftRecipe extends RunRecipe {
  readonly system: "shift";
  readonly preset: string;
  readonly lr: number;
  readonly width: number;
}

interface ShiftData extends Data {
  readonly offset: number;
}

class Net extends Module {
  readonly layer: Linear;

  constructor({ width, seed }: Pick<ShiftRecipe, "width" | "seed">) {
    super();
    this.layer = new Linear(width, width, new Initializer(seed));
  }

  /** @param x [n, width] @returns [n, width] */
  forward(x: Tensor): Tensor {
    return this.layer.forward(x);
  }
}

class ShiftTraining implements Trainer<ShiftRecipe> {
  readonly recipe: ShiftRecipe;
  readonly measures = ["loss"];
  readonly headline = ["loss"];
  private readonly net: Net;
  private readonly adam: Adam;

  constructor(recipe: ShiftRecipe) {
    this.recipe = recipe;
    this.net = nameLayers(new Net(recipe), "shift");
    this.adam = new Adam(this.net.parameters(), { lr: recipe.lr });
  }

  get step(): number {
    return this.adam.steps;
  }

  get networks() {
    return { shift: this.net };
  }

  get parameterCounts() {
    return { shift: this.net.parameterCount };
  }

  record(batch: Batch): Tensor {
    const { x, y } = tensorsOf(batch, "x", "y");
    const loss = mse(this.net.forward(x), y);
    this.adam.step(grad(loss, this.adam.parameters));
    return loss;
  }

  update(batch: Batch): Tensor {
    const loss = this.record(batch).watch();
    flush();
    return loss;
  }

  async weights(): Promise<Weights> {
    return { tensors: await this.net.stateDict(), metadata: { recipe: JSON.stringify(this.recipe) } };
  }

  async checkpoint(): Promise<Checkpoint> {
    const { step, recipe } = this;
    return {
      step,
      seed: recipe.seed,
      rng: { batch: step },
      options: { ...recipe } as unknown as Record<string, JsonValue>,
      model: await this.net.stateDict(),
      optimizer: await this.adam.stateDict(),
    };
  }

  restore({ model, optimizer }: Checkpoint, file: string): void {
    this.net.loadStateDict(model, file);
    this.adam.loadStateDict(optimizer, file);
  }
}

/** Rows of noise, and the same moved by `offset`. */
function rows({ seed, batchSize, width }: ShiftRecipe, offset: number): BatchSource<"x" | "y"> {
  return {
    async batch(index) {
      const shape = [batchSize, width];
      const x = fillUniform(new Float32Array(batchSize * width), seed, index) as Float32Array<ArrayBuffer>;
      return {
        index,
        count: batchSize,
        fields: { x: { shape, data: x }, y: { shape, data: x.map((v) => v + offset) } },
      };
    },
    async close() {},
  };
}

const recipeOf = (preset: string, width: number, lr: number, steps: number, seed: number): ShiftRecipe => ({
  system: "shift",
  preset,
  steps,
  seed,
  batchSize: 3,
  lr,
  width,
});

export const shift = system<typeof OPTIONS, ShiftRecipe, ShiftData>({
  name: "shift",
  title: "Shift",
  paper: "Nobody, Nowhere, 1900",
  summary: "moves numbers",
  data: "a file with one number: how far",
  options: OPTIONS,
  presets: {
    modern: { title: "what works", sentence: "With a small rate.", options: {} },
    paper: { title: "to the letter", sentence: "With the paper's rate.", options: { lr: 0.1 } },
  },
  usual: "modern",
  recipe: recipeSchema("shift", OPTIONS),
  async open({ host, path }) {
    const offset = Number(new TextDecoder().decode(await host.read(path)));
    if (Number.isNaN(offset)) throw new InputError(`${path} holds no number`);
    return { offset, fingerprint: `${offset}`, count: 1, items: "numbers", summary: `moving by ${offset}` };
  },
  plan: async ({ options, preset }) =>
    recipeOf(preset, options.width, options.lr, options.steps ?? 30, options.seed ?? 0),
  start: async (recipe, { offset }) => ({
    trainer: new ShiftTraining(recipe),
    source: rows(recipe, offset),
    items: "rows",
    merits: { nearness: { better: "higher", show: (value) => value.toFixed(1) } },
    assess: async () => ({ scores: { nearness: 1 }, merit: "nearness", note: "nearness 1" }),
  }),
  rehearsals: ["small", "large"],
  rehearse(name) {
    const recipe = recipeOf("modern", name === "large" ? 64 : 4, 0.01, 30, 0);
    const fields = (k: number) =>
      fillUniform(new Float32Array(3 * recipe.width), 1, k) as Float32Array<ArrayBuffer>;
    const shape = [3, recipe.width];
    return {
      title: `shift (${name}), a training step`,
      trainer: new ShiftTraining(recipe),
      batch: (k) => ({
        index: k,
        count: 3,
        fields: { x: { shape, data: fields(k) }, y: { shape, data: fields(k + 1000) } },
      }),
    };
  },
  shipped: [],
  async load(bytes, file) {
    const { tensors } = readSafetensors(bytes, file);
    const [value = 0] = (tensors.get("layer.bias")?.data ?? []) as Float32Array;
    const picture = (k: number) => makeImage(new Uint8Array(12).fill(Math.abs(value * 50) + k), 2, 2, 3);
    return {
      title: "Shift",
      classes: [],
      sample: async ({ count }) => ({ rows: [Array.from({ length: count }, (_, k) => picture(k))] }),
    };
  },
  judge: async (_, { count }) => ({
    scores: [{ name: "numbers moved", value: count, paper: "7" }],
    notes: ["Numbers do not move by themselves."],
  }),
});

/** The best weights that a run has had, by what assessments measure: the end of a run is not always its best. */
import { writeSafetensors } from "../../engine/io/index.ts";
import type { Assessment, Merit } from "../system.ts";
import { expectFinite } from "./finite.ts";
import type { RunStore } from "./host.ts";
import type { Weights } from "./trainer.ts";

const NAME = "best.safetensors";

/** Plain data: it is stored in checkpoints. */
export interface Best {
  readonly step: number;
  /** Which score. */
  readonly merit: string;
  readonly value: number;
}

export class BestWeights {
  best: Best | undefined;
  private readonly store: RunStore;
  private readonly merits: Readonly<Record<string, Merit>>;

  /** @param before of the run that goes on */
  constructor(store: RunStore, merits: Readonly<Record<string, Merit>>, before?: Best) {
    this.store = store;
    this.merits = merits;
    this.best = before;
  }

  /** What messages call the file. */
  get path(): string {
    return this.store.path(NAME);
  }

  /** Keeps the weights of an update if none were better before by the same score. @throws InputError for weights that are not finite */
  async offer(step: number, { scores, merit }: Assessment, weights: () => Promise<Weights>): Promise<void> {
    if (merit === undefined) return;
    const value = scores[merit] as number;
    if (Number.isNaN(value)) return;
    const before = this.best?.merit === merit ? this.best.value : undefined;
    const isHigher = this.merits[merit]?.better === "higher";
    if (before !== undefined && (isHigher ? value <= before : value >= before)) return;
    const { tensors, metadata } = await weights();
    expectFinite(tensors, step);
    await this.store.write(NAME, writeSafetensors(tensors, metadata));
    this.best = { step, merit, value };
  }

  /** In words; nothing where there is none. */
  describe(): string {
    if (!this.best) return "";
    const { step, merit, value } = this.best;
    const figure = this.merits[merit]?.show(value) ?? `${merit} ${value}`;
    return `the best of the validations, after ${step} updates (${figure})`;
  }
}

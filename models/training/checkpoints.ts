/** The checkpoint file of a run: it is written only of weights from which an update has gone on in finite numbers. */
import { type Checkpoint, encodeCheckpoint } from "../../engine/io/index.ts";
import { expectFinite } from "./finite.ts";
import type { RunStore } from "./host.ts";
import { CHECKPOINT } from "./run-plan.ts";

/**
 * An update may leave weights that are finite and yet useless: what a network makes of them overflows. The measures of the update
 * that follows tell, so until then a state waits in memory.
 */
export class Checkpoints {
  private readonly store: RunStore;
  /** The update that the file is of; undefined while there is none. */
  at: number | undefined;
  private held: { readonly step: number; readonly bytes: Uint8Array } | undefined;

  /** @param at the update of the file that is there already */
  constructor(store: RunStore, at: number | undefined) {
    this.store = store;
    this.at = at;
  }

  /** Takes a state to be written once it is proven. @throws InputError for one that is not finite */
  hold(state: Checkpoint): void {
    const { step, model, optimizer } = state;
    for (const part of [model, optimizer]) expectFinite(part, step, this.describe());
    this.held = { step, bytes: encodeCheckpoint(state) };
  }

  /** The measures of update `step` are finite: what was held before it is written now. @throws StoreError where it cannot be */
  async prove(step: number): Promise<void> {
    const { held } = this;
    if (!held || held.step >= step) return;
    this.held = undefined;
    await this.store.write(CHECKPOINT, held.bytes);
    this.at = held.step;
  }

  /** For a run that ends in a failure: what is left of it. */
  describe(): string {
    return this.at === undefined
      ? "nothing of it was saved before"
      : `the last good weights are those after update ${this.at}, in ${this.store.path(CHECKPOINT)}`;
  }
}

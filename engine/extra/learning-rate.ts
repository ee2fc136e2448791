/** Schedules that remember where they are. */
import { GanvasError, InputError, shown } from "../errors.ts";
import { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedules.ts";

/**
 * Sets an optimiser's learning rate by a schedule, counting its own steps: of updates or of epochs, as `step` is called (PyTorch's
 * `lr_scheduler`). `new LearningRate(adam, stepDecay(2e-4, 0.5, 100))`
 */
export class LearningRate {
  private readonly optimizer: Optimizer;
  private readonly schedule: Schedule;
  private count = 0;

  /** Sets the first learning rate. @throws GanvasError when the schedule is no function */
  constructor(optimizer: Optimizer, schedule: Schedule) {
    if (!(optimizer instanceof Optimizer))
      throw new GanvasError(`LearningRate: needs the optimiser that it is for, got ${shown(optimizer)}`);
    if (typeof schedule !== "function")
      throw new GanvasError(
        `LearningRate: the schedule should be a function of a counter, such as stepDecay(2e-4, 0.5, 100), got ${shown(schedule)}`,
      );
    this.optimizer = optimizer;
    this.schedule = schedule;
    this.set();
  }

  /** Steps so far. */
  get steps(): number {
    return this.count;
  }

  /** Goes on to the next learning rate, after the update or epoch that the last one was for. */
  step(): void {
    this.count++;
    this.set();
  }

  /** What `loadStateDict` goes on from. */
  stateDict(): { readonly steps: number } {
    return { steps: this.count };
  }

  /** @throws InputError for anything but a number of steps */
  loadStateDict(state: { readonly steps: number }): void {
    const steps = state?.steps;
    if (!Number.isSafeInteger(steps) || steps < 0)
      throw new InputError(`LearningRate: steps should be a whole number from 0 on, got ${shown(steps)}`);
    this.count = steps;
    this.set();
  }

  private set(): void {
    this.optimizer.lr = this.schedule(this.count);
  }
}

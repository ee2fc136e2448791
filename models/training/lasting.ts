/**
 * A run that outlives its device. Where that is lost (a driver is reset, a laptop sleeps, a browser's GPU process ends), the run
 * begins again from its last checkpoint on another one, as `--resume` does, and so ends with the same bytes.
 */
import { DeviceError, isDeviceLoss } from "../../engine/errors.ts";
import { close } from "../../engine/index.ts";
import { Run, type RunSettings } from "./run.ts";
import { planRun, type RunPlan, type RunWishes } from "./run-plan.ts";

/** Losses in a row without a new checkpoint after which a device is given up. */
const MOST_LOSSES = 4;
/** Milliseconds for a driver or a GPU process to come back; twice as many each time. */
const RECOVERY = 250;

export class LastingRun {
  private readonly wishes: RunWishes;
  private readonly settings: RunSettings;
  private current: Run | undefined;
  /** Where a run that is lost goes on from. */
  private from: number | undefined;
  /** Whether that is a checkpoint that was made since this began. */
  private saved = false;
  private losses = 0;

  private constructor(wishes: RunWishes, plan: RunPlan, settings: RunSettings) {
    this.wishes = wishes;
    this.settings = settings;
    this.from = plan.from?.checkpoint.step;
  }

  /** @param plan what `planRun` made of the wishes. @throws InputError when nothing can be written */
  static async begin(wishes: RunWishes, plan: RunPlan, settings: RunSettings): Promise<LastingRun> {
    const lasting = new LastingRun(wishes, plan, settings);
    try {
      lasting.current = await Run.begin(plan, settings);
    } catch (error) {
      if (!isDeviceLoss(error)) throw error;
      await lasting.beginAgain(error as Error);
    }
    return lasting;
  }

  /** The run; another one after a loss. */
  get run(): Run {
    return this.current as Run;
  }

  /**
   * Does something with the run; where the device is lost in its midst, again with the run that has begun again.
   * @throws DeviceError where devices are lost again and again, saying what is left
   */
  async attempt<T>(work: (run: Run) => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await work(this.run);
      } catch (error) {
        if (isDeviceLoss(error)) await this.beginAgain(error as Error);
        else if (error instanceof DeviceError)
          throw new DeviceError(`${error.message}; ${this.run.remains()}`, { cause: error });
        else throw error;
      }
  }

  async close(): Promise<void> {
    await this.current?.close();
  }

  private async beginAgain(loss: Error): Promise<void> {
    const at = this.current?.checkpointed ?? this.from;
    if (at !== this.from) {
      this.losses = 0;
      this.saved = true;
    }
    this.from = at;
    const remains = this.current?.remains() ?? "it had not begun";
    await this.current?.close().catch(() => {});
    let reason = loss;
    for (;;) {
      await close().catch(() => {});
      if (++this.losses > MOST_LOSSES)
        throw new DeviceError(`${reason.message}, ${MOST_LOSSES} times in a row: ${remains}`, {
          cause: reason,
        });
      await new Promise((resume) => setTimeout(resume, RECOVERY * 2 ** this.losses));
      const where = at === undefined ? "anew" : `from its checkpoint of update ${at}`;
      this.settings.listener.say(`${reason.message}; the run begins ${where} on another`);
      try {
        this.current = await Run.begin(await planRun(this.wishesNow()), this.settings);
        return;
      } catch (error) {
        // None may be there for a moment.
        if (!(error instanceof DeviceError || isDeviceLoss(error))) throw error;
        reason = error as Error;
      }
    }
  }

  /** What is settled stands in the checkpoint; the rest is given again. */
  private wishesNow(): RunWishes {
    const { preset, minutes, ...wishes } = this.wishes;
    if (!this.saved) return this.wishes;
    const { options } = wishes.system;
    const again = Object.entries(wishes.given).filter(([name]) => options[name]?.about.again);
    return { ...wishes, given: Object.fromEntries(again), resume: true };
  }
}

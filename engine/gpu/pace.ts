/**
 * How much work one submit takes. A queue runs what it was given to its end: whoever wants to stop, or to have a page drawn in
 * between, waits for that. Nobody knows the adapter, so it is measured how long submits take.
 */

/** Milliseconds of a submit, about: below what is felt, and far above what a submit itself costs. */
export const SUBMIT_MS = 50;

/** Bytes moved weigh as much as this many flops; of one order on CPUs and GPUs. */
const FLOPS_A_BYTE = 16;

/** Work a millisecond to begin with: a slow example of either kind. */
const SOFTWARE_RATE = 5e6;
const HARDWARE_RATE = 2e8;

/** Shorter submits tell more of the way there and back than of the work. */
const TELLING_MS = 10;

/** What a kernel costs, in flops. */
export const workOf = (flops: number, bytes: number): number => flops + FLOPS_A_BYTE * bytes;

/** A submit that has not ended. */
export interface UnderWay {
  readonly work: number;
  readonly done: Promise<unknown>;
}

export class Pace {
  /** Work that this adapter does in a millisecond. */
  private rate: number;
  private readonly inFlight = new Set<UnderWay>();
  private lastEnd = 0;

  constructor(software: boolean) {
    this.rate = software ? SOFTWARE_RATE : HARDWARE_RATE;
  }

  /** Work that a submit holds at most. A kernel cannot be divided: one that is larger goes alone. */
  get perSubmit(): number {
    return this.rate * SUBMIT_MS;
  }

  /** What has to end first before more is submitted: as a rule one runs while the next one waits. */
  get full(): Promise<unknown> | undefined {
    let work = 0;
    for (const submit of this.inFlight) work += submit.work;
    const [first] = this.inFlight;
    const isFull = this.inFlight.size >= MAX_IN_FLIGHT || (this.inFlight.size >= 2 && work > this.perSubmit);
    return isFull ? first?.done : undefined;
  }

  /** Notes a submit that ends when `done` resolves. */
  begin(work: number, done: Promise<unknown>, now: () => number = () => performance.now()): void {
    const begun = now();
    const submit: UnderWay = {
      work,
      done: done.finally(() => {
        this.inFlight.delete(submit);
        const end = now();
        this.measured(work, end - Math.max(begun, this.lastEnd));
        this.lastEnd = end;
      }),
    };
    // Whoever waits is told of failures; nobody may be waiting.
    submit.done.catch(() => {});
    this.inFlight.add(submit);
  }

  /**
   * The end of a submit may be heard of late, when the host was busy: then it seems slow, which a later one corrects at once. Fast
   * is believed, slow by and by.
   */
  private measured(work: number, milliseconds: number): void {
    const rate = work / Math.max(milliseconds, 0.1);
    if (rate > this.rate) this.rate = Math.min(rate, 4 * this.rate);
    else if (milliseconds > TELLING_MS) this.rate += 0.25 * (rate - this.rate);
  }
}

/** Submits under way at most, however short they seem. */
const MAX_IN_FLIGHT = 16;

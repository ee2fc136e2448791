/** Looks after a game of two networks and says in plain words when it goes wrong. */

/** Updates over which measures are averaged: one bad batch is no news. */
const MEMORY = 50;
/** Updates before the first warning, and between two of one kind. */
const PATIENCE = 200;

/** Levels of 255 by which a colour may be off on average. */
const DRIFT = 6;
/** A discriminator that is so sure of both kinds leaves the generator little to learn from. */
const SURE = 0.97;
/** The content loss may grow by this factor over its best. */
const COLLAPSE = 4;

/** What it goes on from when a run does, as JSON holds it. */
export interface WatchState {
  /** Updates looked at. */
  readonly seen: number;
  /** Measures, averaged. */
  readonly averages: Readonly<Record<string, number>>;
  /** The update in which each kind of trouble was last told. */
  readonly told: Readonly<Record<string, number>>;
  /** The least content loss so far; none in the first updates. */
  readonly best: number | null;
}

interface Concern {
  readonly kind: string;
  readonly sentence: string;
}

export class SRGANWatch {
  private readonly averages: Map<string, number>;
  private readonly told: Map<string, number>;
  private readonly measures: readonly string[];
  private seen: number;
  private best: number;

  /**
   * @param measures names of what the trainer measures, in order
   * @param from the state that the same game had, where it goes on
   */
  constructor(measures: readonly string[], from?: WatchState) {
    this.measures = measures;
    this.averages = new Map(Object.entries(from?.averages ?? {}));
    this.told = new Map(Object.entries(from?.told ?? {}));
    this.seen = from?.seen ?? 0;
    this.best = from?.best ?? Number.POSITIVE_INFINITY;
  }

  get state(): WatchState {
    const { seen, best } = this;
    const [averages, told] = [this.averages, this.told].map((map) => Object.fromEntries(map));
    return { seen, averages: averages ?? {}, told: told ?? {}, best: Number.isFinite(best) ? best : null };
  }

  /**
   * Takes the measures of one update.
   * @returns sentences about what has gone wrong lately, most often none
   */
  observe(step: number, numbers: ArrayLike<number>): string[] {
    this.seen++;
    const share = Math.max(1 / MEMORY, 1 / this.seen);
    for (const [k, name] of this.measures.entries()) {
      const before = this.averages.get(name) ?? 0;
      this.averages.set(name, before + share * ((numbers[k] as number) - before));
    }
    if (this.seen >= MEMORY) this.best = Math.min(this.best, this.of("content"));
    if (this.seen < PATIENCE) return [];
    return this.concerns()
      .filter(({ kind }) => step - (this.told.get(kind) ?? Number.NEGATIVE_INFINITY) >= PATIENCE)
      .map(({ kind, sentence }) => {
        this.told.set(kind, step);
        return sentence;
      });
  }

  private of(name: string): number {
    return this.averages.get(name) ?? Number.NaN;
  }

  private concerns(): Concern[] {
    const [real, fake, content] = [this.of("D(real)"), this.of("D(fake)"), this.of("content")];
    const [red, green, blue] = [this.of("red"), this.of("green"), this.of("blue")];
    const found: Concern[] = [];
    if (real > SURE && fake < 1 - SURE)
      found.push({
        kind: "discriminator wins",
        sentence:
          `the discriminator knows every picture (D(real) ${real.toFixed(2)}, D(fake) ${fake.toFixed(2)}), so the ` +
          "generator learns little from it: try a smaller discriminator, or label smoothing",
      });
    if (content > COLLAPSE * this.best)
      found.push({
        kind: "generator collapses",
        sentence:
          `the generator moves away from the originals: its content loss is ${content.toPrecision(3)}, it was ` +
          `${this.best.toPrecision(3)}: try a smaller learning rate, and begin again from the last good checkpoint`,
      });
    if (Math.max(Math.abs(red), Math.abs(green), Math.abs(blue)) > DRIFT)
      found.push({
        kind: "colours drift",
        sentence:
          `colours drift: on average red is ${signed(red)}, green ${signed(green)} and blue ${signed(blue)} of 255 ` +
          "levels off the originals; features alone do not hold colours, a content loss of pixels does",
      });
    return found;
  }
}

const signed = (x: number): string => `${x < 0 ? "" : "+"}${x.toFixed(1)}`;

/** Looks after a training, most of all a game of two networks, and says in plain words when it goes wrong. */

/** Updates over which measures are averaged: one bad batch is no news. */
const MEMORY = 50;
/** Updates before the first warning, and between two of one kind. */
const PATIENCE = 200;
/** Updates that something has to last which may be so for a while in any game. */
const LASTING = 500;

/** A discriminator that is so sure of both kinds leaves the generator little to learn from. */
const SURE = 0.97;
/** How near to a half both answers of a discriminator are that tells nothing apart. */
const UNDECIDED = 0.005;
/** How much less a discriminator that reads its condition believes a real picture with a wrong one. */
const HEEDED = 0.02;
/** Diversity, of the real data's, below which samples are called the same. */
const ALIKE = 0.2;
/** Gradients shorter than this teach nothing in f32. */
const NO_GRADIENT = 1e-8;

/** What it goes on from when a run does, as JSON holds it. */
export interface WatchState {
  /** Updates looked at. */
  readonly seen: number;
  /** Measures, averaged. */
  readonly averages: Readonly<Record<string, number>>;
  /** The update in which each kind of trouble was last told. */
  readonly told: Readonly<Record<string, number>>;
  /** The least that `OwnConcerns.falling` has been; none in the first updates. */
  readonly best: number | null;
  /** Since which update each trouble that has to last is there; missing where there is none. */
  readonly since?: Readonly<Record<string, number>>;
}

/** Something that goes wrong. */
export interface Concern {
  /** Told again only after a while. */
  readonly kind: string;
  readonly sentence: string;
}

/** What is looked at in one system only. */
export interface OwnConcerns {
  /** A measure that should fall: its least average is remembered. */
  readonly falling?: string;
  /**
   * @param of the average of a measure, NaN for one that there is not
   * @param best the least that `falling` has been
   */
  concerns(of: (measure: string) => number, best: number): readonly Concern[];
}

export class Watch {
  private readonly averages: Map<string, number>;
  private readonly told: Map<string, number>;
  private readonly since: Map<string, number>;
  private readonly measures: readonly string[];
  private readonly own: OwnConcerns | undefined;
  private seen: number;
  private best: number;

  /**
   * @param measures names of what the trainer measures, in order
   * @param from the state that the same training had, where it goes on
   */
  constructor(measures: readonly string[], own?: OwnConcerns, from?: WatchState) {
    this.measures = measures;
    this.own = own;
    this.averages = new Map(Object.entries(from?.averages ?? {}));
    this.told = new Map(Object.entries(from?.told ?? {}));
    this.since = new Map(Object.entries(from?.since ?? {}));
    this.seen = from?.seen ?? 0;
    this.best = from?.best ?? Number.POSITIVE_INFINITY;
  }

  get state(): WatchState {
    const { seen, best } = this;
    const [averages = {}, told = {}, since = {}] = [this.averages, this.told, this.since].map((map) =>
      Object.fromEntries(map),
    );
    const lasting = Object.keys(since).length > 0 ? { since } : {};
    return { seen, averages, told, best: Number.isFinite(best) ? best : null, ...lasting };
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
    const { falling } = this.own ?? {};
    if (falling !== undefined && this.seen >= MEMORY) this.best = Math.min(this.best, this.of(falling));
    if (this.seen < PATIENCE) return [];
    return this.tell(step, [
      ...ofDiscriminator(this.of),
      ...this.lasting(step),
      ...ofDiversity(this.of),
      ...(this.own?.concerns(this.of, this.best) ?? []),
    ]);
  }

  /** Takes the scores of an assessment. @returns sentences about what they tell */
  assessed(step: number, scores: Readonly<Record<string, number>>): string[] {
    return this.tell(
      step,
      ofDiversity((name) => scores[name] ?? Number.NaN),
    );
  }

  private readonly of = (name: string): number => this.averages.get(name) ?? Number.NaN;

  /** Those that have been told lately are left out. */
  private tell(step: number, concerns: readonly Concern[]): string[] {
    return concerns
      .filter(({ kind }) => step - (this.told.get(kind) ?? Number.NEGATIVE_INFINITY) >= PATIENCE)
      .map(({ kind, sentence }) => {
        this.told.set(kind, step);
        return sentence;
      });
  }

  /** What is trouble only when it lasts. */
  private lasting(step: number): Concern[] {
    const now = new Map(undecided(this.of).map((concern) => [concern.kind, concern]));
    for (const kind of this.since.keys()) if (!now.has(kind)) this.since.delete(kind);
    return [...now.values()].flatMap(({ kind, sentence }) => {
      const begun = this.since.get(kind) ?? step;
      this.since.set(kind, begun);
      const lasted = step - begun;
      return lasted < LASTING ? [] : [{ kind, sentence: sentence.replace("N updates", `${lasted} updates`) }];
    });
  }
}

type Of = (measure: string) => number;

function ofDiscriminator(of: Of): Concern[] {
  const [real, fake] = [of("D(real)"), of("D(fake)")];
  const found: Concern[] = [];
  if (real > SURE && fake < 1 - SURE)
    found.push({
      kind: "discriminator wins",
      sentence:
        `the discriminator knows every picture (D(real) ${real.toFixed(2)}, D(fake) ${fake.toFixed(2)}), so the ` +
        "generator learns little from it: try a smaller discriminator, or label smoothing",
    });
  for (const player of ["generator", "discriminator"])
    if (of(`${player}Gradient`) < NO_GRADIENT)
      found.push({
        kind: `${player} stands still`,
        sentence: `the ${player} learns nothing any more: its gradient is ${of(`${player}Gradient`).toExponential(1)}`,
      });
  return found;
}

/** What any game may go through for a while. Sentences say for how long as "N updates". */
function undecided(of: Of): Concern[] {
  const [real, fake, wrong] = [of("D(real)"), of("D(fake)"), of("D(wrong)")];
  const found: Concern[] = [];
  if (Math.abs(real - 0.5) < UNDECIDED && Math.abs(fake - 0.5) < UNDECIDED)
    found.push({
      kind: "discriminator sleeps",
      sentence:
        "the discriminator has learned nothing for N updates (D(real) and D(fake) are both 0.50): " +
        "try a larger learning rate or larger initial weights for it",
    });
  if (real > 0.5 + HEEDED && wrong > real - HEEDED)
    found.push({
      kind: "condition unheeded",
      sentence:
        `for N updates the discriminator has believed a wrong condition like the right one (D(wrong) ${wrong.toFixed(2)}, ` +
        `D(real) ${real.toFixed(2)}), so the generator need not heed it either`,
    });
  return found;
}

/** Diversity of samples, of the real data's: `within` one condition, and `across` conditions or, where there are none, all. */
function ofDiversity(of: Of): Concern[] {
  const [within, across] = [of("within"), of("across")];
  const apart = (share: number) => `their distance is ${share.toFixed(2)} of that of real ones`;
  if (across < ALIKE)
    return [
      {
        kind: "samples alike",
        sentence: `all samples look the same (${apart(across)}): the generator has collapsed; ${ADVICE}`,
      },
    ];
  if (within < ALIKE)
    return [
      {
        kind: "classes collapsed",
        sentence: `all samples of a class look the same (${apart(within)}): the noise has no effect; ${ADVICE}`,
      },
    ];
  return [];
}

const ADVICE = "go back to an earlier checkpoint, or begin again with R1 and augmentation";

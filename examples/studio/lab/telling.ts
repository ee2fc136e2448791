/** What a run tells, gathered so that a page hears of it a few times a second, however fast updates are. */
import type { RunListener } from "../../../models/training/run.ts";
import type { Inside, News, Standing } from "./types.ts";

/** Milliseconds between two reports of measures. */
const BEAT = 200;

export class Telling {
  private readonly follow: (news: News) => void;
  private steps: number[] = [];
  private values: number[][] = [];
  private last = 0;

  constructor(follow: (news: News) => void) {
    this.follow = follow;
  }

  tell(news: News): void {
    this.follow(news);
  }

  inside(inside: Inside): void {
    this.follow({ kind: "inside", inside });
  }

  /** Tells what has gathered, if it is time. */
  pulse(standing: Standing): void {
    if (performance.now() - this.last >= BEAT) this.flush(standing);
  }

  flush(standing: Standing): void {
    this.last = performance.now();
    const { steps, values } = this;
    [this.steps, this.values] = [[], []];
    this.follow({ kind: "measures", steps, values, standing });
  }

  readonly listener: RunListener = {
    say: (line) => this.follow({ kind: "say", line }),
    progress: () => {},
    measured: (step, measures) => {
      this.steps.push(step);
      this.values.push(Object.values(measures));
    },
    assessed: (step, { scores }) => this.follow({ kind: "scores", step, scores }),
    compiling: (compiled, asked) => this.follow({ kind: "compiling", compiled, asked }),
  };
}

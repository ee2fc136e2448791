/** A row of the table: what was injected, how often, and what came of it. */

export interface Row {
  readonly kind: string;
  /** What was done to it. */
  readonly injected: string;
  /** How many times. */
  readonly count: number;
  /** Of these, how many were told as they should be, with nothing lost that was safe. */
  readonly held: number;
  /** Of these, after how many the next job was right, by itself or by what the message says. */
  readonly recovered: number;
  /** The worst that was seen: a time, bytes, or the first fault in words. */
  readonly worst: string;
  readonly seconds: number;
}

/** Counts what is injected, one by one. */
export class Tally {
  private count = 0;
  private held = 0;
  private recovered = 0;
  private fault = "";
  private readonly begun = performance.now();

  /** @param faults what was wrong, in words: of what it told, and of what came after */
  add(what: string, told: string | undefined, after: string | undefined): void {
    this.count++;
    if (told === undefined) this.held++;
    if (after === undefined) this.recovered++;
    this.fault ||= [told, after].flatMap((fault) => (fault ? [`${what}: ${fault}`] : []))[0] ?? "";
  }

  /** @param worst where nothing was wrong */
  row(kind: string, injected: string, worst = "-"): Row {
    const seconds = Math.round((performance.now() - this.begun) / 100) / 10;
    const { count, held, recovered, fault } = this;
    return {
      kind,
      injected,
      count,
      held,
      recovered,
      worst: fault.split("\n")[0]?.slice(0, 300) || worst,
      seconds,
    };
  }
}

/** Whether a row is as it has to be. */
export const isHeld = ({ count, held, recovered }: Row): boolean =>
  count > 0 && held === count && recovered === count;

/** How much of a kind is tried. */
export interface Amount {
  /** A few of each kind, in seconds. */
  readonly short: boolean;
  /** Times as much of what is drawn by chance. */
  readonly share: number;
  /** Told what is at work. */
  readonly progress: (what: string) => void;
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ kind, injected, count, held, recovered, worst, seconds }) => [
    ...[kind, injected, `${count}`, `${held}`, `${recovered}`, `${seconds} s`, worst],
  ]);
  const head = ["kind", "injected", "times", "held", "recovered", "took", "worst"];
  const widths = head.map((title, k) => Math.max(title.length, ...cells.map((row) => row[k]?.length ?? 0)));
  return [head, ...cells]
    .map((row) =>
      row.map((cell, k) => (k === head.length - 1 ? cell : cell.padEnd(widths[k] ?? 0))).join("  "),
    )
    .join("\n");
}

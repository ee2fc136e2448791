/** Progress on the terminal: one line that is rewritten, on stderr, so that stdout stays for results. */

/** `1:02:03`, `4:05`, `12 s` or `0.3 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(seconds, 0).toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

const WIDTH = 24;

export class Progress {
  private readonly start = Date.now();
  private shown = 0;
  private compilingShown = this.start;
  private first: { readonly done: number; readonly seconds: number } | undefined;
  private readonly label: string;
  private readonly from: number;

  /**
   * Without a terminal a line is written every ten seconds instead of being rewritten.
   * @param from what had been done before this process began
   */
  constructor(label: string, from = 0) {
    this.label = label;
    this.from = from;
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (Date.now() - this.start) / 1000;
  }

  update(done: number, total: number, note = ""): void {
    const now = Date.now();
    const pause = process.stderr.isTTY ? 100 : 10_000;
    if (now - this.shown < pause && done < total) return;
    this.shown = now;
    const time = done < total ? this.left(done, total) : `took ${duration(this.seconds)}`;
    const filled = Math.floor((WIDTH * done) / Math.max(total, 1));
    const bar = `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}`;
    const line = `${this.label} ${bar} ${done}/${total} ${time}${note && `  ${note}`}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${line}${done >= total ? "\n" : ""}` : `${line}\n`);
  }

  /** The first piece carries the compilation of kernels: as soon as there are others, what is left is told by them. */
  private left(done: number, total: number): string {
    if (done <= this.from) return "";
    this.first ??= { done, seconds: this.seconds };
    const { first } = this;
    const each =
      done > first.done
        ? (this.seconds - first.seconds) / (done - first.done)
        : this.seconds / (done - this.from);
    return `${duration(each * (total - done))} left`;
  }

  /** Says that it is the kernels' compilation that takes the time. */
  compiling(compiled: number, asked: number): void {
    const now = Date.now();
    const pause = process.stderr.isTTY ? 100 : 10_000;
    if (now - this.compilingShown < pause || compiled >= asked) return;
    this.compilingShown = now;
    const line = `${this.label} compiling ${compiled}/${asked} kernels`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
  }

  /** Writes a line of its own above the progress. */
  say(line: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`);
  }
}

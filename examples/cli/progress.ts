/** Progress on the terminal: one line that is rewritten, on stderr, so that stdout stays for results. */

/** `1:02:03`, `4:05` or `12 s`. */
export function duration(seconds: number): string {
  const s = Math.max(Math.round(seconds), 0);
  if (s < 60) return `${s} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

export class Progress {
  private readonly start = Date.now();
  private shown = 0;
  private readonly label: string;
  private readonly quiet: boolean;

  /** Without a terminal a line is written every ten seconds instead of being rewritten. */
  constructor(label: string, options: { readonly quiet?: boolean } = {}) {
    this.label = label;
    this.quiet = options.quiet ?? false;
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (Date.now() - this.start) / 1000;
  }

  update(done: number, total: number, note = ""): void {
    if (this.quiet) return;
    const now = Date.now();
    const pause = process.stderr.isTTY ? 100 : 10_000;
    if (now - this.shown < pause && done < total) return;
    this.shown = now;
    const left = done > 0 ? (this.seconds / done) * (total - done) : Number.NaN;
    const eta =
      done >= total ? `took ${duration(this.seconds)}` : Number.isNaN(left) ? "" : `${duration(left)} left`;
    const width = 24;
    const filled = Math.round((width * done) / Math.max(total, 1));
    const bar = `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
    const line = `${this.label} ${bar} ${done}/${total} ${eta}${note && `  ${note}`}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${line}${done >= total ? "\n" : ""}` : `${line}\n`);
  }

  /** Writes a line of its own above the progress. */
  say(line: string): void {
    if (!this.quiet) process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`);
  }
}

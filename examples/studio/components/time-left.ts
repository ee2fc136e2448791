/** Estimating how long a run of equal pieces still takes, and saying durations in words. Pure functions, no DOM. */

/** Weight of the newest piece in the running mean of the time a piece takes. */
const NEWEST = 0.3;

/**
 * Time left of a run of `total` equal pieces, from the times at which they were finished. The first piece is not counted:
 * it carries the compilation of the kernels.
 */
export class TimeLeft {
  #done = 0;
  #total = 0;
  #last = 0;
  #perPiece: number | undefined;

  /** Notes that `done` of `total` pieces were finished at time `now` (milliseconds, any origin). */
  update(done: number, total: number, now: number): void {
    const finished = done - this.#done;
    if (finished > 0 && this.#done > 0) {
      const each = (now - this.#last) / finished;
      this.#perPiece =
        this.#perPiece === undefined ? each : this.#perPiece + NEWEST * (each - this.#perPiece);
    }
    if (finished > 0) this.#last = now;
    this.#done = done;
    this.#total = total;
  }

  /** Milliseconds left at time `now`, or undefined until two pieces are done. */
  at(now: number): number | undefined {
    if (this.#perPiece === undefined) return undefined;
    const left = (this.#total - this.#done) * this.#perPiece;
    return Math.max(0, left - Math.min(now - this.#last, this.#perPiece));
  }
}

/** "0.4 s", "12 s", "2 min 5 s", "1 h 10 min". */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "about 12 s left"; coarser the further away the end is, so that the number does not flicker. */
export function formatTimeLeft(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1.5) return "almost done";
  if (seconds < 20) return `about ${Math.round(seconds)} s left`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min left`;
  const hours = seconds / 3600;
  return `about ${hours < 10 ? hours.toFixed(1) : Math.round(hours)} h left`;
}

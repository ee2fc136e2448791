/** The log of a training run: one JSON object a line, so that other programs can follow it. */
import type { RunStore } from "./host.ts";
import { toJson } from "./json.ts";

const NAME = "log.jsonl";

export class RunLog {
  private readonly store: RunStore;
  private written: Promise<void> = Promise.resolve();
  /** Lines that are not written yet. */
  private lines: string[] = [];
  /** What could not be written may have left half a line. */
  private torn = false;

  private constructor(store: RunStore) {
    this.store = store;
  }

  /** What messages call it. */
  get path(): string {
    return this.store.path(NAME);
  }

  /** An empty log. @throws InputError when it cannot be written */
  static async begin(store: RunStore): Promise<RunLog> {
    await store.write(NAME, new Uint8Array());
    return new RunLog(store);
  }

  /**
   * Goes on with the log of a run that starts again after `step` updates. Lines about later updates, written between
   * the checkpoint and a crash, are taken out, for those updates will be made again.
   * @param last all updates are made, so that what is left to do is to measure the result, perhaps again
   * @throws InputError when it cannot be written
   */
  static async resume(store: RunStore, step: number, last: boolean): Promise<RunLog> {
    // A run without its log can go on all the same.
    const text = new TextDecoder().decode((await store.read(NAME)) ?? new Uint8Array());
    const kept = text.split("\n").filter((line) => {
      const entry = parse(line);
      if (entry === undefined) return false;
      const about = Number(entry.step ?? 0);
      return about < step || (about === step && !(last && "validation" in entry));
    });
    await store.write(NAME, new TextEncoder().encode(kept.map((line) => `${line}\n`).join("")));
    return new RunLog(store);
  }

  /** Adds a line, behind those before it. */
  write(entry: Readonly<Record<string, unknown>>): void {
    this.lines.push(`${toJson(entry)}\n`);
    // Its failure is told by `flush`, or it is written with the next line; until then it must not count as unhandled.
    this.flush().catch(() => {});
  }

  /** Resolves when all lines are written. @throws StoreError when one could not be, which is then tried again with the next */
  flush(): Promise<void> {
    this.written = this.written.catch(() => {}).then(() => this.append());
    return this.written;
  }

  private async append(): Promise<void> {
    const { lines } = this;
    if (lines.length === 0) return;
    this.lines = [];
    try {
      await this.store.append(NAME, `${this.torn ? "\n" : ""}${lines.join("")}`);
      this.torn = false;
    } catch (error) {
      this.lines = [...lines, ...this.lines];
      this.torn = true;
      throw error;
    }
  }
}

/** A line as an object; nothing for one that is empty or cut short by a crash. */
function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

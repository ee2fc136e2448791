/** The log of a training run: one JSON object a line, so that other programs can follow it. */
import { appendFileSync, closeSync, openSync } from "node:fs";

export class RunLog {
  private readonly file: number;

  /** @param append goes on with the lines that are there */
  constructor(path: string, append: boolean) {
    this.file = openSync(path, append ? "a" : "w");
  }

  write(entry: Readonly<Record<string, unknown>>): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

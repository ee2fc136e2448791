/** The log of a training run: one JSON object a line, so that other programs can follow it. */
import { appendFileSync, closeSync, openSync, readFileSync } from "node:fs";
import { InputError } from "../../engine/errors.ts";
import { writeFileAtomic } from "../../engine/io/node.ts";
import { toJson } from "./command.ts";

export class RunLog {
  private readonly file: number;

  private constructor(path: string, flags: "a" | "w") {
    try {
      this.file = openSync(path, flags);
    } catch (error) {
      throw new InputError(`cannot write ${path}: ${(error as Error).message}`);
    }
  }

  /** An empty log. @throws InputError when it cannot be written */
  static begin(path: string): RunLog {
    return new RunLog(path, "w");
  }

  /**
   * Goes on with the log of a run that starts again after `step` updates. Lines about later updates, written between
   * the checkpoint and a crash, are taken out, for those updates will be made again.
   * @throws InputError when it cannot be written
   */
  static async resume(path: string, step: number): Promise<RunLog> {
    const kept = read(path)
      .split("\n")
      .filter((line) => line !== "" && stepOf(line) <= step);
    await writeFileAtomic(path, new TextEncoder().encode(kept.map((line) => `${line}\n`).join("")));
    return new RunLog(path, "a");
  }

  write(entry: Readonly<Record<string, unknown>>): void {
    appendFileSync(this.file, `${toJson(entry)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // a run without its log can go on all the same
  }
}

/** The update that a line is about; a line cut short by a crash is about none that is kept. */
function stepOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { step?: unknown }).step ?? 0);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

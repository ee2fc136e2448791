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
   * @param last all updates are made, so that what is left to do is to measure the result, perhaps again
   * @throws InputError when it cannot be written
   */
  static async resume(path: string, step: number, last: boolean): Promise<RunLog> {
    const kept = read(path)
      .split("\n")
      .filter((line) => {
        const entry = parse(line);
        if (entry === undefined) return false;
        const about = Number(entry.step ?? 0);
        return about < step || (about === step && !(last && "validation" in entry));
      });
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

/** A line as an object; nothing for one that is empty or cut short by a crash. */
function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

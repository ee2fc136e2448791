/**
 * What reading a file may cost: memory, and the time that goes with it, by the file's own size.
 *
 * A few bytes can ask for gigabytes: zeros that are packed a thousand to one, a number repeated along a stride of zero, one
 * list that a thousand dicts are made of. Readers charge what they make of a file before they make it.
 */
import { FormatError } from "../errors.ts";

/** Weights take up to twice their file's size; a checkpoint's small containers some ten times theirs. */
const FACTOR = 16;

/** Small files may ask for more, without harm. */
const AT_LEAST = 2 ** 20;

export class MemoryBudget {
  /** The file's name, for messages. */
  readonly file: string;
  private readonly all: number;
  private left: number;

  constructor(file: string, fileBytes: number) {
    this.file = file;
    this.all = FACTOR * fileBytes + AT_LEAST;
    this.left = this.all;
  }

  /** @throws FormatError where `bytes` for `what` are more than is left */
  spend(bytes: number, what = "its pickle"): void {
    this.left -= bytes;
    if (!(this.left >= 0))
      throw new FormatError(
        `${this.file}: with ${what} it asks for more than ${Math.ceil(this.all / 1e6)} MB, too much for a file of its size: refused as a bomb`,
      );
  }
}

/** What an encoder does not read of a sentence, said to whoever wrote it. */
import type { CaptionEncoder } from "./caption-encoder.ts";

/** Characters of a sentence that are quoted, and pieces that are named. */
const QUOTED = 32;
const NAMED = 6;

const WHY = {
  characters: "the encoder reads English letters, digits and common signs",
  words: "the encoder reads the words of the captions that it has learnt from",
} as const;

/** Nothing for a sentence that is read whole, else a sentence for each thing that is not. */
export function remarksOn(encoder: CaptionEncoder, caption: string): string[] {
  const { symbols, length } = encoder;
  if (caption.trim() === "") return ["An empty sentence says nothing: this is what is drawn unasked."];
  const pieces = encoder.piecesOf(caption);
  const ids = encoder.idsOf(caption);
  const unread = new Set(pieces.slice(0, length).filter((_, at) => ids[at] === 0));
  const quoted = `“${[...caption].slice(0, QUOTED).join("")}${[...caption].length > QUOTED ? "…" : ""}”`;
  if (ids.every((id) => id === 0)) return [`Nothing of ${quoted} can be read: ${WHY[symbols]}.`];
  const remarks: string[] = [];
  if (unread.size > 0) {
    const named = [...unread].slice(0, NAMED).join(" ");
    const others = unread.size > NAMED ? ` and ${unread.size - NAMED} more` : "";
    remarks.push(`Not read in ${quoted}: ${named}${others}; ${WHY[symbols]}.`);
  }
  if (pieces.length > length)
    remarks.push(
      `Of ${quoted} the first ${length} ${symbols} are read, not the other ${pieces.length - length}.`,
    );
  return remarks;
}

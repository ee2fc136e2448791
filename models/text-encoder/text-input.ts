/**
 * Captions as the text encoder reads them: one column a character (Reed, Akata, Lee and Schiele, "Learning Deep
 * Representations of Fine-Grained Visual Descriptions", CVPR 2016).
 */

/**
 * The alphabet in order, numbered from 1. "-" occurs twice; as in the authors' dictionary its number is the second, so that
 * column 37 is never used.
 */
export const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{} ";

/** Characters that are read of a caption; shorter ones are filled up with zeros. */
export const TEXT_LENGTH = 201;

const NUMBER_OF = new Map([...ALPHABET].map((character, k) => [character, k + 1]));

/**
 * The numbers of a caption's characters (Unicode code points, lower case); 0 for characters that are not in the alphabet
 * and behind the end.
 * @returns [length]
 */
export function textIds(caption: string, length = TEXT_LENGTH): Int32Array<ArrayBuffer> {
  const ids = new Int32Array(length);
  [...caption.toLowerCase()].slice(0, length).forEach((character, at) => {
    ids[at] = NUMBER_OF.get(character) ?? 0;
  });
  return ids;
}

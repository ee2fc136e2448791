/** What reads captions, whatever its layers: characters or words as numbers, numbers as a vector. */
import { Module, type Tensor, tensor, type WeightInit } from "../../engine/index.ts";

/** How the papers' encoders begin: all weights uniform within 0.08. */
export const ENCODER_INIT: WeightInit = { bound: 0.08 };

export abstract class CaptionEncoder extends Module {
  /** Numbers of an embedding. */
  abstract readonly embedding: number;
  /** Numbers that a caption is read as. */
  abstract readonly length: number;

  /** What a caption is read by, as a word for people, in the plural. */
  abstract readonly symbols: "characters" | "words";

  /** A caption in the pieces that have numbers, however many it has. */
  abstract piecesOf(caption: string): readonly string[];

  /** A caption as its numbers; what is too long is cut off, and what has no number is 0. @returns [length] */
  abstract idsOf(caption: string): Int32Array<ArrayBuffer>;

  /**
   * @param ids [n, length], i32
   * @returns [n, embedding]
   */
  abstract forward(ids: Tensor): Tensor;

  /** Embeddings of captions of any kind: empty ones, too, and those in letters that are not read. @returns [n, embedding] */
  encode(captions: readonly string[]): Tensor {
    const ids = new Int32Array(captions.length * this.length);
    for (const [k, caption] of captions.entries()) ids.set(this.idsOf(caption), k * this.length);
    return this.forward(tensor(ids, [captions.length, this.length]));
  }
}

/**
 * Batches for the structured joint embedding: distinct classes, of each one picture and one of its captions (Reed et al., CVPR
 * 2016, code). Drawn by counter: a resumed run sees what an unbroken one would.
 */
import type { Batch, BatchField, BatchSource } from "../../engine/data/index.ts";
import { GanvasError, InputError } from "../../engine/errors.ts";
import { integer, permutation, randomBits } from "../../engine/random.ts";
import type { CaptionedSet } from "../datasets/captioned.ts";
import type { CaptionEncoder } from "./caption-encoder.ts";
import type { PictureVectors } from "./picture-vectors.ts";

/** Purposes of the random numbers. */
const CLASSES = 0x7e01;
const MEMBERS = 0x7e02;

/** What stands beside the captions. */
export type Beside = PictureVectors | "pictures" | "captions";

export class PairLoader implements BatchSource {
  private readonly set: CaptionedSet;
  private readonly members: readonly (readonly number[])[];
  private readonly encoder: Pick<CaptionEncoder, "length" | "idsOf">;
  private readonly beside: Beside;
  private readonly batchSize: number;
  private readonly seed: number;
  private closed = false;

  /**
   * @param pictures numbers of those that are trained on
   * @throws InputError where they have fewer classes than a batch has pairs
   */
  constructor(
    set: CaptionedSet,
    pictures: Uint32Array,
    encoder: Pick<CaptionEncoder, "length" | "idsOf">,
    beside: Beside,
    { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
  ) {
    const members = new Map<number, number[]>();
    for (const picture of pictures) {
      const label = set.classOf[picture] as number;
      const known = members.get(label);
      if (known) known.push(picture);
      else members.set(label, [picture]);
    }
    if (members.size < batchSize)
      throw new InputError(
        `${set.pictures.name}: a batch of ${batchSize} needs as many classes to tell apart, and there ${members.size === 1 ? "is" : "are"} ${members.size} to train on; give a smaller --batch, or pictures with other captions`,
      );
    this.set = set;
    this.members = [...members.values()];
    this.encoder = encoder;
    this.beside = beside;
    this.batchSize = batchSize;
    this.seed = seed;
  }

  async batch(index: number): Promise<Batch> {
    if (this.closed) throw new GanvasError("the source of training batches has been closed");
    const { batchSize: n, seed, members, set, beside } = this;
    const drawn = permutation(members.length, seed, CLASSES, index, n);
    const pairs = Array.from(drawn, (label, place) => {
      const [which, said, view] = randomBits(seed, index, place, 0, MEMBERS);
      const own = members[label] as readonly number[];
      const picture = own[integer(which, own.length)] as number;
      const captions = set.captions[picture] as readonly string[];
      return { picture, captions, caption: integer(said, captions.length), view };
    });
    const ids = this.idsOf(pairs.map(({ captions, caption }) => captions[caption] as string));
    return { index, count: n, fields: { ids, beside: await this.fieldOf(pairs, beside) } };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private async fieldOf(
    pairs: readonly { picture: number; captions: readonly string[]; caption: number; view: number }[],
    beside: Beside,
  ): Promise<BatchField> {
    if (beside === "captions")
      return this.idsOf(
        pairs.map(({ captions, caption, view }) => {
          // Another one, where there is another.
          const others = Math.max(captions.length - 1, 1);
          return captions[(caption + 1 + integer(view, others)) % captions.length] as string;
        }),
      );
    if (beside === "pictures") {
      const { shape } = this.set.pictures;
      const size = shape[0] * shape[1] * shape[2];
      const data = new Float32Array(pairs.length * size);
      const items = await Promise.all(pairs.map(({ picture }) => this.set.pictures.item(picture)));
      for (const [k, { picture }] of items.entries())
        for (let at = 0; at < size; at++) data[k * size + at] = (picture[at] as number) / 127.5 - 1;
      return { shape: [pairs.length, ...shape], data };
    }
    const { views, count, dimension: d } = beside;
    const data = new Float32Array(pairs.length * d);
    for (const [k, { picture, view }] of pairs.entries()) {
      const row = integer(view, views) * count + picture;
      data.set(beside.data.subarray(row * d, (row + 1) * d), k * d);
    }
    return { shape: [pairs.length, d], data };
  }

  private idsOf(captions: readonly string[]): BatchField {
    const { length } = this.encoder;
    const data = new Int32Array(captions.length * length);
    for (const [k, caption] of captions.entries()) data.set(this.encoder.idsOf(caption), k * length);
    return { shape: [captions.length, length], data };
  }
}

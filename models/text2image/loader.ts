/**
 * Batches of pictures with embeddings of what is said of them. Every choice is drawn by counter from (seed, batch, place), so that
 * a resumed run sees what an unbroken one would have seen.
 */
import type { Batch, BatchSource } from "../../engine/data/index.ts";
import { GanvasError } from "../../engine/errors.ts";
import { integer, randomBits, uniform } from "../../engine/random.ts";
import type { CaptionedSet } from "../datasets/captioned.ts";
import { cutOut, VALUES } from "../datasets/loader.ts";
import { Rounds } from "../datasets/rounds.ts";
import type { CaptionTable } from "./reader.ts";
import {
  COLOUR_NAMES,
  COLOURED_FORMS,
  type ColourName,
  colouredCaptions,
  HUES,
  withHueTurned,
} from "../datasets/recolour.ts";
import { styleCode } from "./noise.ts";
import { SIDE, type Text2ImageRecipe } from "./recipe.ts";

/** Purposes of the random numbers. */
const ORDER = 0x5b11;
const PLACES = 0x5b12;
const CAPTIONS = 0x5b13;
const WRONG = 0x5b14;

/** Draws of a caption that is not the picture's before one that may be of the same class is taken after all. */
const TRIES = 8;

/** A picture as a batch has it. */
interface Shown {
  /** Its number in the set. */
  readonly number: number;
  readonly picture: Uint8Array;
  /** Of which an embedding is averaged. */
  readonly captions: readonly string[];
  readonly wrong: string;
}

export class CaptionLoader implements BatchSource {
  private readonly set: CaptionedSet;
  private readonly seen: Uint32Array;
  private readonly soleHues: ReadonlyMap<number, number>;
  private readonly table: CaptionTable;
  private readonly recipe: Text2ImageRecipe;
  private readonly rounds: Rounds;
  private closed = false;

  /**
   * @param seen numbers of the pictures that are trained on
   * @param soleHues of pictures that can be shown in other colours
   */
  constructor(
    set: CaptionedSet,
    seen: Uint32Array,
    soleHues: ReadonlyMap<number, number>,
    table: CaptionTable,
    recipe: Text2ImageRecipe,
  ) {
    this.set = set;
    this.seen = seen;
    this.soleHues = soleHues;
    this.table = table;
    this.recipe = recipe;
    this.rounds = new Rounds(seen.length, recipe.seed, ORDER);
  }

  async batch(index: number): Promise<Batch> {
    if (this.closed) throw new GanvasError("the source of training batches has been closed");
    const { batchSize: n, seed, mirror, mismatched, styleDim = 0 } = this.recipe;
    const { dimension: d } = this.table;
    const [height, width, channels] = this.set.pictures.shape;
    const size = SIDE * SIDE * channels;
    const pictures = new Float32Array(n * size);
    const texts = new Float32Array(n * d);
    const wrongs = new Float32Array(mismatched ? n * d : 0);
    const styles = new Float32Array(n * styleDim);
    for (let place = 0; place < n; place++) {
      const { number, picture, captions, wrong } = await this.show(index, place);
      const [down, right, turn] = randomBits(seed, index, place, 0, PLACES);
      const cut = {
        top: integer(down, height - SIDE + 1),
        left: integer(right, width - SIDE + 1),
        h: SIDE,
        w: SIDE,
        flip: mirror && (turn & 1) === 1,
      };
      cutOut(picture, [width, channels], cut, (byte, at) => {
        pictures[place * size + at] = VALUES.signed[byte] as number;
      });
      for (const caption of captions) this.addRow(texts, place, caption, 1 / captions.length);
      if (mismatched) this.addRow(wrongs, place, wrong, 1);
      styles.set(styleCode(this.recipe, this.set.styleOf[number] as number), place * styleDim);
    }
    return {
      index,
      count: n,
      fields: {
        picture: { shape: [n, SIDE, SIDE, channels], data: pictures },
        text: { shape: [n, d], data: texts },
        ...(mismatched && { wrong: { shape: [n, d], data: wrongs } }),
        ...(styleDim > 0 && { style: { shape: [n, styleDim], data: styles } }),
      },
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private async show(index: number, place: number): Promise<Shown> {
    const { seed, batchSize, captionsAtOnce, recoloured } = this.recipe;
    const number = this.seen[this.rounds.at(index * batchSize + place)] as number;
    const { picture } = await this.set.pictures.item(number);
    const [share, colour, form, other] = randomBits(seed, index, place, 0, CAPTIONS);
    const hue = this.soleHues.get(number);
    if (hue !== undefined && uniform(share) < recoloured) {
      const name = this.set.classes[this.set.classOf[number] as number] as string;
      const at = integer(colour, COLOUR_NAMES.length);
      const asked = COLOUR_NAMES[at] as ColourName;
      // Every other wrong caption has the right name, so that the colour alone tells.
      const step = 1 + integer(other, COLOUR_NAMES.length - 1);
      const said = integer(form, COLOURED_FORMS);
      const wrongColour = COLOUR_NAMES[(at + step) % COLOUR_NAMES.length] as ColourName;
      return {
        number,
        picture: withHueTurned(picture, HUES[asked] - hue),
        captions: [colouredCaptions(name, asked)[said] as string],
        wrong:
          form & 1 ? (colouredCaptions(name, wrongColour)[said] as string) : this.other(number, index, place),
      };
    }
    const said = this.set.captions[number] as readonly string[];
    const captions = Array.from(
      { length: captionsAtOnce },
      (_, k) => said[integer(randomBits(seed, index, place, k + 1, CAPTIONS)[0], said.length)] as string,
    );
    return { number, picture, captions, wrong: this.other(number, index, place) };
  }

  /** A caption of a picture of another class. */
  private other(number: number, index: number, place: number): string {
    const { classOf, captions } = this.set;
    for (let k = 0; ; k++) {
      const [which, caption] = randomBits(this.recipe.seed, index, place, k, WRONG);
      const drawn = this.seen[integer(which, this.seen.length)] as number;
      if (classOf[drawn] === classOf[number] && k < TRIES) continue;
      const said = captions[drawn] as readonly string[];
      return said[integer(caption, said.length)] as string;
    }
  }

  private addRow(rows: Float32Array, place: number, caption: string, share: number): void {
    const { dimension: d, data, rowOf } = this.table;
    const row = rowOf.get(caption);
    if (row === undefined) throw new GanvasError(`the caption "${caption}" has not been embedded`);
    for (let j = 0; j < d; j++)
      rows[place * d + j] = (rows[place * d + j] as number) + (data[row * d + j] as number) * share;
  }
}

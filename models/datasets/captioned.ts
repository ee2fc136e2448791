/**
 * Pictures with captions, as networks of text and pictures learn from them: besides each caption it matters which pictures
 * show the same thing (their captions fit each other) and which of them are of one style (a drawer's hand).
 */
import { InputError } from "../../engine/errors.ts";
import { permutation } from "../../engine/random.ts";
import type { Dataset, Item } from "./dataset.ts";
import { sentencesOf } from "./sentences.ts";

/** Purpose of the random numbers. */
const UNSEEN = 0x5b06;

export interface CaptionedSet {
  readonly pictures: Dataset;
  /** Captions of each picture, at least one. */
  readonly captions: readonly (readonly string[])[];
  /** Names of what is shown. */
  readonly classes: readonly string[];
  /** Number of each picture's class. */
  readonly classOf: Int32Array;
  /** Names of the styles in which the same is shown; one where nothing tells them apart. */
  readonly styles: readonly string[];
  /** Number of each picture's style. */
  readonly styleOf: Int32Array;
}

/**
 * A set with captions. Where a table's row names pictures in several folders, the row is their class and the folder their style;
 * else folders are classes; without folders each picture is a class of its own, as in COCO, with those that have its first caption.
 * @throws InputError where the set has no captions
 */
export async function captionedSet(pictures: Dataset): Promise<CaptionedSet> {
  const items: Item[] = [];
  for (let k = 0; k < pictures.size; k++) items.push(await pictures.item(k));
  if (!items.some(({ captions = [] }) => captions.length > 0))
    throw new InputError(
      `${pictures.name} has no captions: put NAME.txt with a caption a line beside each NAME.png, or a table (captions.json, .jsonl or .csv) with a column for the picture and one for its captions into the folder`,
    );
  const captions = items.map(({ captions: said = [], tags }) => (tags ? sentencesOf(said, tags) : said));
  const rows = new Set(items.map(({ row }) => row));
  const inStyles = pictures.classes.length > 0 && !rows.has(undefined) && 2 * rows.size <= items.length;
  if (!inStyles && pictures.classes.length > 0)
    return {
      pictures,
      captions,
      classes: pictures.classes,
      classOf: Int32Array.from(items, ({ label }) => label),
      styles: [""],
      styleOf: new Int32Array(items.length),
    };
  const names = captions.map(([first = ""]) => first);
  const classes = [...new Set(names)];
  const numbers = new Map(classes.map((name, k) => [name, k]));
  return {
    pictures,
    captions,
    classes,
    classOf: Int32Array.from(names, (name) => numbers.get(name) as number),
    styles: inStyles ? pictures.classes : [""],
    styleOf: Int32Array.from(items, ({ label }) => (inStyles ? label : 0)),
  };
}

/** Numbers of pictures in two parts that share no class. */
export interface ClassSplit {
  readonly seen: Uint32Array;
  readonly unseen: Uint32Array;
}

/**
 * Classes to be kept from training, drawn by counter: what is judged on them is not known by heart.
 * @param share of the classes, at least one of them where there are two
 * @returns their names, in the set's order
 */
export function drawUnseen({ classes }: Pick<CaptionedSet, "classes">, seed: number, share = 0.1): string[] {
  const count = classes.length < 2 ? 0 : Math.max(Math.floor(classes.length * share), 1);
  return [...permutation(classes.length, seed, UNSEEN, 0, count)]
    .sort((a, b) => a - b)
    .map((k) => classes[k] as string);
}

/** @param unseen names of classes, as a recipe stores them; those that the set does not have are nobody's */
export function splitClasses({ classes, classOf }: CaptionedSet, unseen: readonly string[]): ClassSplit {
  const kept = new Set(unseen);
  const isKept = (picture: number) => kept.has(classes[classOf[picture] as number] as string);
  const all = Uint32Array.from(classOf, (_, k) => k);
  return { seen: all.filter((k) => !isKept(k)), unseen: all.filter(isKept) };
}

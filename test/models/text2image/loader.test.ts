import { expect, test } from "vitest";
import type { Batch } from "../../../engine/data/index.ts";
import { captionedSet, type CaptionedSet } from "../../../models/datasets/captioned.ts";
import type { Item } from "../../../models/datasets/dataset.ts";
import { soleHues } from "../../../models/datasets/recolour.ts";
import { allCaptions } from "../../../models/text2image/data.ts";
import { CaptionLoader } from "../../../models/text2image/loader.ts";
import { nearestColour, meanHue } from "../../../models/datasets/recolour.ts";
import { TEXT2IMAGE_PRESETS, type Text2ImageRecipe } from "../../../models/text2image/recipe.ts";

const NAMES = ["apple", "duck", "frog", "whale", "blue heart", "grey stone"];
const COLOURS = [
  [220, 20, 20],
  [230, 200, 20],
  [30, 190, 40],
  [20, 60, 220],
  [20, 60, 220],
  [120, 120, 120],
];

/** A picture a name, all of one colour. */
const made = (): Promise<CaptionedSet> =>
  captionedSet({
    name: "made",
    size: NAMES.length,
    shape: [64, 64, 3],
    classes: [],
    fingerprint: "made",
    item: (index): Item => ({
      picture: Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => COLOURS[index]?.[at % 3] as number),
      label: 0,
      captions: [NAMES[index] as string, `the ${NAMES[index]}`],
    }),
  });

const recipe: Text2ImageRecipe = {
  ...TEXT2IMAGE_PRESETS.modern,
  system: "text2image",
  preset: "modern",
  styleDim: 0,
  textDim: 1,
  unseen: [],
  shown: ["apple"],
  seed: 5,
  batchSize: 12,
  recoloured: 0.5,
};

const numbersOf = ({ fields }: Batch, name: string): Float32Array =>
  (fields[name] as NonNullable<(typeof fields)[string]>).data as Float32Array;

/** Captions are numbers, so that batches can be read. */
async function loader(
  changes: Partial<Text2ImageRecipe> = {},
  seen = [0, 1, 2, 3, 4, 5],
  styles: Partial<CaptionedSet> = {},
) {
  const set = { ...(await made()), ...styles };
  const numbers = Uint32Array.from(seen);
  const hues = await soleHues(set, numbers);
  const captions = [...new Set(allCaptions(set, hues.keys()))];
  const table = {
    dimension: 1,
    data: Float32Array.from(captions, (_, k) => k),
    rowOf: new Map(captions.map((caption, k) => [caption, k])),
  };
  return { captions, hues, source: new CaptionLoader(set, numbers, hues, table, { ...recipe, ...changes }) };
}

test("pictures of one colour whose names name none can be recoloured", async () => {
  const { hues, captions } = await loader();
  expect([...hues.keys()]).toEqual([0, 1, 2, 3]);
  expect(captions).toContain("a purple whale");
  expect(captions).not.toContain("red blue heart");
});

test("each picture comes with what is said of it, in the colour that is named, and a caption of another", async () => {
  const { captions, source } = await loader();
  const seen = { recoloured: 0, sameName: 0 };
  for (let k = 0; k < 12; k++) {
    const { fields } = await source.batch(k);
    const bytes = Uint8Array.from(fields.picture?.data as Float32Array, (value) =>
      Math.round((value + 1) * 127.5),
    );
    for (let place = 0; place < recipe.batchSize; place++) {
      const text = captions[fields.text?.data[place] as number] as string;
      const wrong = captions[fields.wrong?.data[place] as number] as string;
      const name = NAMES.find((known) => text.endsWith(known)) as string;
      const colour = nearestColour(meanHue(bytes.slice(place * 12288, (place + 1) * 12288)) ?? 0);
      const named = /red|orange|yellow|green|blue|purple|pink/.exec(text)?.[0];
      if (named) expect(colour).toBe(named);
      else if (name !== "grey stone")
        expect(colour).toBe(
          nearestColour(meanHue(Uint8Array.from(COLOURS[NAMES.indexOf(name)] as number[])) ?? 0),
        );
      expect(wrong).not.toBe(text);
      if (named && name !== "blue heart") seen.recoloured++;
      if (wrong.endsWith(name)) {
        // Then another colour of the same.
        expect(named).toBeDefined();
        expect(wrong).not.toContain(`${named} `);
        seen.sameName++;
      }
    }
  }
  expect(seen.recoloured).toBeGreaterThan(20);
  expect(seen.sameName).toBeGreaterThan(5);
});

test("a batch is the same whenever it is asked for, and holds no picture that is kept from training", async () => {
  const { source, captions } = await loader({}, [1, 2]);
  const first = await source.batch(3);
  await source.batch(0);
  expect(await source.batch(3)).toEqual(first);
  for (const row of numbersOf(first, "text")) expect(captions[row]).toMatch(/duck|frog/);
});

test("each picture comes with the code of its style, in other colours too", async () => {
  const styleOf = Int32Array.of(0, 1, 1, 0, 1, 0);
  const { source, captions } = await loader({ styles: 2, styleDim: 2 }, [0, 1, 2, 3, 4, 5], {
    styles: ["round", "angular"],
    styleOf,
  });
  const batch = await source.batch(0);
  const told = Array.from(numbersOf(batch, "text"), (row) => captions[row] as string);
  const styles = told.map((text) => styleOf[NAMES.findIndex((name) => text.endsWith(name))]);
  expect([...numbersOf(batch, "style")]).toEqual(
    styles.flatMap((style) => (style === 0 ? [1, -1] : [-1, 1])),
  );
});

test("the embeddings of several captions are averaged, and plain GANs are given no wrong ones", async () => {
  const { source, captions } = await loader({ captionsAtOnce: 40, recoloured: 0, mismatched: false });
  const batch = await source.batch(0);
  expect(Object.keys(batch.fields)).toEqual(["picture", "text"]);
  for (const mean of numbersOf(batch, "text")) {
    // Between the two captions of its picture, which follow each other.
    const low = Math.floor(mean);
    expect(captions[low + 1]).toBe(`the ${captions[low]}`);
    expect(mean).toBeGreaterThan(low);
  }
});

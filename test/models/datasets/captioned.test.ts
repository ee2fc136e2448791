/** Captioned pictures: what is a class, what a style, what is said, and which classes are kept from training. */
import { describe, expect, test } from "vitest";
import { captionedSet, drawUnseen, splitClasses } from "../../../models/datasets/captioned.ts";
import { sentencesOf, wordsOf } from "../../../models/datasets/sentences.ts";
import { type Files, opened, plainPng } from "./given.ts";

const red = plainPng(4, 4, [255, 0, 0]);
const blue = plainPng(4, 4, [0, 0, 255]);
const captioned = async (files: Files) => {
  const { dataset, leftOut } = await opened(files, { size: 4 });
  return { ...(await captionedSet(dataset)), leftOut };
};

/** Two drawers' pictures of one table, as emoji come. */
const emoji: Files = {
  "emoji.json": JSON.stringify([
    { image: "1.png", name: "heavy heart", label: "red heart", tags: ["heart", "love", "emotion"] },
    { image: "2.png", name: "blue book", label: "blue book", tags: ["book"] },
  ]),
  "google/1.png": red,
  "google/2.png": blue,
  "twitter/1.png": red,
  "twitter/2.png": blue,
};

describe("classes and styles", () => {
  test("a row that names pictures in several folders is a class, the folders are styles", async () => {
    const set = await captioned(emoji);
    expect(set.classes).toEqual(["red heart", "blue book"]);
    expect([...set.classOf]).toEqual([0, 1, 0, 1]);
    expect(set.styles).toEqual(["google", "twitter"]);
    expect([...set.styleOf]).toEqual([0, 0, 1, 1]);
  });

  test("folders are classes where each picture has its own captions", async () => {
    const set = await captioned({
      "daisy/1.png": red,
      "daisy/1.txt": "a white flower\na daisy",
      "rose/2.png": blue,
      "rose/2.txt": "a red flower",
    });
    expect([set.classes, [...set.classOf], set.styles]).toEqual([["daisy", "rose"], [0, 1], [""]]);
    expect(set.captions).toEqual([["a white flower", "a daisy"], ["a red flower"]]);
  });

  test("without folders each picture is a class, together with those that begin with the same caption", async () => {
    const set = await captioned({
      "captions.csv": 'image,sentence\na.png,"one block, blue"\nb.png,two blocks\nc.png,"one block, blue"\n',
      "a.png": red,
      "b.png": blue,
      "c.png": red,
    });
    expect([...set.classOf]).toEqual([0, 1, 0]);
    expect(set.classes).toEqual(["one block, blue", "two blocks"]);
  });

  test("COCO's form: one list of pictures with five captions each", async () => {
    const set = await captioned({
      "captions.json": JSON.stringify({
        licenses: [{ id: 1 }],
        images: [
          { file: "1.jpg.png", captions: ["a cat", "the cat sits"] },
          { file: "2.jpg.png", captions: ["a dog", "it barks"] },
        ],
      }),
      "img/1.jpg.png": red,
      "img/2.jpg.png": blue,
    });
    expect(set.captions).toEqual([
      ["a cat", "the cat sits"],
      ["a dog", "it barks"],
    ]);
  });
});

describe("what does not fit", () => {
  test("pictures without captions and captions without pictures are named, the rest is used", async () => {
    const set = await captioned({
      "captions.json": JSON.stringify([
        { image: "1.png", sentence: "a red square" },
        { image: "gone.png", sentence: "a green square" },
        { image: "3.png", sentence: "   " },
      ]),
      "1.png": red,
      "2.png": blue,
      "3.png": blue,
    });
    expect(set.captions).toEqual([["a red square"]]);
    expect([...set.leftOut].sort()).toEqual([
      "2.png: no caption",
      "3.png: no caption",
      'captions.json: entry 2 names "gone.png", which is not there',
    ]);
  });

  test("a set without any caption is refused with what to do", async () => {
    await expect(captioned({ "a/1.png": red, "b/2.png": blue })).rejects.toThrow(
      /has no captions: put NAME\.txt .* beside each NAME\.png/,
    );
  });
});

describe("sentences out of names", () => {
  test("names come first, then in sentences, then with words that they do not have", () => {
    expect(sentencesOf(["red heart"], ["heart", "love", "emotion", "crush", "valentine"])).toEqual([
      "red heart",
      "a red heart",
      "a picture of a red heart",
      "red heart, love, emotion, crush",
      "red heart, valentine",
    ]);
  });

  test("no article stands before what is no noun, and 'an' before vowels", () => {
    expect(sentencesOf(["flag: Peru", "orange book"], [])).toEqual([
      "flag: Peru",
      "orange book",
      "a picture of flag: Peru",
      "an orange book",
      "a picture of an orange book",
    ]);
  });

  test("a table with tags gives them to both drawers' pictures", async () => {
    const { captions } = await captioned(emoji);
    expect(captions[0]).toEqual(captions[2]);
    expect(captions[0]).toContain("red heart, love, emotion");
    expect(captions[1]).toEqual(["blue book", "a blue book", "a picture of a blue book"]);
  });

  test("words are letters and digits of any script, in lower case", () => {
    expect(wordsOf("A red-ish HEART, isn't it? Ж 3 🐦")).toEqual([
      "a",
      "red",
      "ish",
      "heart",
      "isn't",
      "it",
      "ж",
      "3",
    ]);
  });
});

describe("a split by class", () => {
  const classes = Array.from({ length: 40 }, (_, k) => `class ${k}`);

  test("is the same for the same seed, another for another, and a tenth", () => {
    const drawn = drawUnseen({ classes }, 1);
    expect(drawn).toHaveLength(4);
    expect(drawUnseen({ classes }, 1)).toEqual(drawn);
    expect(drawUnseen({ classes }, 2)).not.toEqual(drawn);
    expect(drawUnseen({ classes: ["only"] }, 1)).toEqual([]);
    expect(drawUnseen({ classes: ["a", "b"] }, 1)).toHaveLength(1);
  });

  test("shares no class between its parts, and loses no picture", async () => {
    const set = await captioned(emoji);
    const { seen, unseen } = splitClasses(set, ["blue book", "nobody's"]);
    expect([[...seen], [...unseen]]).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });
});

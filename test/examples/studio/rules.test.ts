import { describe, expect, it } from "vitest";
import {
  decodeProblem,
  fileProblem,
  formatSize,
  sentence,
  startsByItself,
} from "../../../examples/studio/pages/upscale/rules.ts";
import {
  formatOf,
  resultName,
  resultSize,
  stemOfOriginal,
} from "../../../models/super-resolution/result-name.ts";

describe("what the upscale page refuses", () => {
  const file = (name: string, type: string, content = "x") => new File([content], name, { type });

  it("empty files and files of another kind, by name", () => {
    expect(fileProblem(file("empty.png", "image/png", ""))?.title).toBe("“empty.png” is empty.");
    expect(fileProblem(file("notes.txt", "text/plain"))?.title).toBe("“notes.txt” is not an image.");
  });

  it("but not images, nor files whose kind the system does not tell", () => {
    expect(fileProblem(file("cat.jpg", "image/jpeg"))).toBeUndefined();
    expect(fileProblem(file("cat", ""))).toBeUndefined();
  });
});

it("says the decoder's reason once, as a sentence", () => {
  const { title, advice } = decodeProblem("cat.png", "cat.png: the image is truncated or damaged");
  expect(title).toBe("“cat.png” could not be opened as an image.");
  expect(advice).toMatch(/^The image is truncated or damaged\. PNG/);
  expect(sentence(" already. ")).toBe("Already.");
  expect(sentence("")).toBe("");
});

it("starts by itself on a GPU, and on a software adapter when the picture is small", () => {
  const large = { width: 3000, height: 2000 };
  expect(startsByItself(large, false)).toBe(true);
  expect(startsByItself(large, true)).toBe(false);
  expect(startsByItself({ width: 180, height: 120 }, true)).toBe(true);
});

it("names and measures results", () => {
  expect(resultName("holiday.2024.JPG", { scale: 4 }, "png")).toBe("holiday.2024_x4.png");
  expect(resultName("photo", { scale: 2 }, "jpg")).toBe("photo_x2.jpg");
  expect(resultName("photo.bmp", { width: 1920 }, "avif")).toBe("photo_w1920.avif");
  expect(resultName(".png", { scale: 4 }, "webp")).toBe("picture_x4.webp");
  expect(formatSize(resultSize({ width: 180, height: 120 }, { scale: 4 }))).toBe("720\u00a0×\u00a0480");
  expect(resultSize({ width: 30, height: 20 }, { width: 100 })).toMatchObject({ width: 100, height: 67 });
  expect(resultSize({ width: 1000, height: 1 }, { width: 100 })).toMatchObject({ width: 100, height: 1 });
});

it("knows formats by their endings, and results by their names", () => {
  expect(["a.PNG", "b/c.jpeg", "d.jpg", "e.webp", "f.avif", "g.gif", "h"].map(formatOf)).toEqual([
    "png",
    "jpg",
    "jpg",
    "webp",
    "avif",
    undefined,
    undefined,
  ]);
  expect(
    ["cat_x4.png", "cat_w1920.avif", "cat_x2.5.jpg", "cat.png", "cat_x.png"].map(stemOfOriginal),
  ).toEqual(["cat", "cat", "cat", undefined, undefined]);
});

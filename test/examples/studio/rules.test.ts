import { describe, expect, it } from "vitest";
import {
  decodeProblem,
  enlarged,
  fileProblem,
  formatSize,
  resultName,
  sentence,
  sizeProblem,
  startsByItself,
} from "../../../examples/studio/pages/upscale/rules.ts";

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

  it("pictures with nothing in them", () => {
    expect(sizeProblem("dot.png", { width: 1, height: 1 })?.title).toMatch(/“dot.png” is too small: 1.×.1\./);
    expect(sizeProblem("line.png", { width: 100, height: 3 })?.title).toContain("too small");
    expect(sizeProblem("small.png", { width: 4, height: 4 })).toBeUndefined();
  });

  it("pictures whose result no browser could hold, saying the limit", () => {
    expect(sizeProblem("photo.jpg", { width: 3000, height: 2000 })).toBeUndefined();
    expect(sizeProblem("strip.png", { width: 5000, height: 10 })?.advice).toContain("4096 a side");
    const problem = sizeProblem("camera.jpg", { width: 4000, height: 3000 });
    expect(problem?.advice).toContain("192 million pixels");
    expect(problem?.advice).toContain("Up to 8 million pixels");
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
  expect(resultName("holiday.2024.JPG")).toBe("holiday.2024-x4.png");
  expect(resultName("photo")).toBe("photo-x4.png");
  expect(resultName(".png")).toBe("picture-x4.png");
  expect(formatSize(enlarged({ width: 180, height: 120 }))).toBe("720\u00a0×\u00a0480");
});

/** Pictures on a canvas of a page, in a real browser. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage, type TestPage } from "../browser/open-page.ts";

let page: TestPage;
beforeAll(async () => {
  page = await openPage("test/engine/canvas-page.ts", undefined, true);
});
afterAll(() => page?.close());

const draw = (numbers: number[], shape: number[], range?: [number, number]) =>
  page.evaluate((...all) => drawing.draw(...all), numbers, shape, range);

test("colours, row by row, byte for byte; numbers beyond the range are its ends", async () => {
  const bytes = [255, 0, 0, 1, 2, 3, 128, 127, 200, 10, 250, 77];
  const {
    width,
    height,
    bytes: seen,
  } = await draw(
    bytes.map((byte) => byte / 255),
    [1, 2, 2, 3],
  );
  expect([width, height]).toEqual([2, 2]);
  expect(seen).toEqual([255, 0, 0, 255, 1, 2, 3, 255, 128, 127, 200, 255, 10, 250, 77, 255]);
  const beyond = await draw([-3, 0, 3], [1, 1, 3], [-1, 1]);
  expect(beyond.bytes).toEqual([0, 128, 255, 255]);
});

test("grey, of a width that fills no row of a texture, and wider than one", async () => {
  const grey = await draw(
    Array.from({ length: 2 * 67 }, (_, k) => k / 255),
    [2, 67, 1],
  );
  expect(grey.bytes).toEqual(Array.from({ length: 2 * 67 }, (_, k) => [k, k, k, 255]).flat());
});

test("alpha: what is seen through stays so", async () => {
  const { bytes } = await draw([1, 1, 0, 1, 0.2, 0.4, 0.6, 0], [1, 2, 4]);
  expect(bytes).toEqual([255, 255, 0, 255, 0, 0, 0, 0]);
});

test("on canvases with blue first", async () => {
  const { bytes } = await page.evaluate(() => drawing.drawBgr([1, 0.2, 0, 0, 0, 1], [1, 2, 3]));
  expect(bytes).toEqual([255, 51, 0, 255, 0, 0, 255, 255]);
});

test("a canvas without a page, as workers have", async () => {
  const { bytes } = await page.evaluate(() =>
    drawing.draw([0, 1, 0], [1, 1, 3], undefined, new OffscreenCanvas(1, 1)),
  );
  expect(bytes).toEqual([0, 255, 0, 255]);
});

test("a loop of frames makes nothing anew", async () => {
  const [before, after] = await page.evaluate(() => drawing.frames());
  expect(after).toEqual(before);
});

test("a canvas that something else draws on is refused", async () => {
  const said = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.getContext("2d");
    return drawing.refused(canvas);
  });
  expect(said).toMatch(/^drawTo: the canvas has a context of another kind/);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bleedColor } from "../../../engine/io/alpha-bleed.ts";
import { makeImage, splitAlpha } from "../../../engine/io/image.ts";
import { decodeImage } from "../../../engine/io/image-node.ts";
import { givenFolder } from "../data/given.ts";

const grey = (width: number, height: number, ...data: number[]) =>
  makeImage(Uint8Array.from(data), width, height, 1);

describe("bleedColor", () => {
  test("each layer takes the mean of its neighbours that are known", () => {
    const color = grey(5, 1, 9, 9, 100, 50, 9);
    expect([...bleedColor(color, grey(5, 1, 0, 0, 255, 1, 0)).data]).toEqual([100, 100, 100, 50, 50]);
    const corners = bleedColor(
      grey(3, 3, 0, 7, 40, 7, 7, 7, 80, 7, 120),
      grey(3, 3, 9, 0, 9, 0, 0, 0, 9, 0, 9),
    );
    expect([...corners.data]).toEqual([0, 20, 40, 40, 60, 80, 80, 100, 120]);
  });

  test("visible pixels stay, hidden colours do not matter", () => {
    const at = (hidden: number) =>
      makeImage(
        Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => ((i / 3) % 4 < 1 ? i : hidden)),
        7,
        5,
        3,
      );
    const alpha = grey(7, 5, ...Array.from({ length: 35 }, (_, k) => (k % 4 < 1 ? 200 : 0)));
    const [dark, light] = [bleedColor(at(0), alpha), bleedColor(at(255), alpha)];
    expect(dark.data).toEqual(light.data);
    for (let k = 0; k < 35; k += 4) expect(dark.data[3 * k]).toBe(3 * k);
  });

  test("where nothing is visible, nothing changes", () => {
    const color = grey(2, 2, 1, 2, 3, 4);
    expect(bleedColor(color, grey(2, 2, 0, 0, 0, 0)).data).toEqual(color.data);
  });

  const folder = givenFolder("cases/alpha");
  test.skipIf(folder === undefined)("the two discs given in cases/alpha are one picture", async () => {
    const read = async (name: string) => {
      const { color, alpha } = splitAlpha(await decodeImage(readFileSync(join(folder ?? "", name)), name));
      if (!alpha) throw new Error(`${name} has no alpha`);
      return { color, alpha, bled: bleedColor(color, alpha) };
    };
    const [black, red] = [await read("al_black.png"), await read("al_red.png")];
    expect(black.color.data).not.toEqual(red.color.data);
    expect(black.alpha.data).toEqual(red.alpha.data);
    expect(black.bled.data).toEqual(red.bled.data);
  });
});

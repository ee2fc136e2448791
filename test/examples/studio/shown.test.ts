/** The list of what the studio shows is whole, and each quantity on it has a check. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../examples/setup/paths.mjs";
import { SHOWN } from "./shown.ts";

const studio = join(root, "examples/studio");

/** By what numbers become words, and numbers and images pixels. */
const SHOWS =
  /(?<![.\w])(?:short|format[A-Z]\w*|imageCanvas|tensorView|drawTensor|drawPlane|pullView|shuffleView|histogram|layerNormBars|drawImage)\(|\.(?:toFixed|toPrecision|toExponential|toLocaleString|putImageData)\(/g;
const DEFINED = /\bfunction \w+\(/g;

const placesIn = (source: string): number => [...source.replaceAll(DEFINED, "").matchAll(SHOWS)].length;

test("what shows numbers and pictures is known", () => {
  expect(
    placesIn("export function short(x) {}\nshort(2); x.toFixed(2) + formatTime(1); context.drawImage(x);"),
  ).toBe(3);
});

test("every place that shows a quantity is on the list", () => {
  const files = readdirSync(studio, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts"));
  const found = files.map((file) => [file, placesIn(readFileSync(join(studio, file), "utf8"))] as const);
  const listed = Object.entries(SHOWN).map(
    ([file, all]) => [file, all.reduce((sum, { places = 1 }) => sum + places, 0)] as const,
  );
  expect(Object.fromEntries(found.filter(([, places]) => places > 0).sort())).toEqual(
    Object.fromEntries(listed.sort()),
  );
});

test.each(Object.entries(SHOWN).flatMap(([file, all]) => all.map((each) => ({ file, ...each }))))(
  "$file: $shows has a check",
  ({ check: [file, name] }) => {
    const source = readFileSync(join(root, "test", file), "utf8");
    expect(source.includes(`"${name}`), `${file} has a test "${name}…"`).toBe(true);
  },
);

/** Colours for numbers. */

/** A colour of the style sheet, such as "--forward", as it is now: light or dark. */
export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export type Rgb = readonly [red: number, green: number, blue: number];

const NEGATIVE: Rgb = [37, 99, 200];
const POSITIVE: Rgb = [214, 96, 30];

/** From blue by `middle` to orange, for a number from -1 to 1. */
export function signedColour(value: number, middle: Rgb): Rgb {
  const share = Math.min(Math.abs(value), 1);
  const end = value < 0 ? NEGATIVE : POSITIVE;
  return middle.map((from, k) => Math.round(from + share * ((end[k] as number) - from))) as unknown as Rgb;
}

/** What lies between blue and orange on this page's surface. */
export const neutral = (): Rgb =>
  matchMedia("(prefers-color-scheme: dark)").matches ? [34, 38, 42] : [247, 247, 244];

/** Calls back when the colours of the page change. */
export function onColourScheme(change: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
}

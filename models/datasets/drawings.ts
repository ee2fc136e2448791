/**
 * Drawings to train super-resolution on beside photographs: lines of letters, shapes with outlines and gradients, hatchings,
 * strands. Photographs of landscapes hold few edges between plain areas, and a generator that has seen no others surrounds
 * letters with smears. Each drawing is a text in SVG, and follows from its seed and number alone; which fonts stand for the
 * generic families is up to the machine that draws.
 */
import { integer, randomBits, uniform } from "../../engine/random.ts";

/** Sides of a drawing and of its tiles, in pixels. */
export const DRAWING_SIZE = 1024;
const TILE = 256;

/** The letters of English words, about as often as they come. */
const LETTERS = "eeeetttaaaoooiinnsshhrrddlluuccmmwwffggyyppbbvk";
const FAMILIES = ["sans-serif", "serif", "monospace"];

/** Draws numbers one after the other. */
class Dice {
  readonly #seed: number;
  readonly #stream: number;
  #count = 0;

  constructor(seed: number, stream: number) {
    this.#seed = seed;
    this.#stream = stream;
  }

  get #word(): number {
    return randomBits(this.#seed, this.#count++, this.#stream)[0];
  }
  between = (low: number, high: number): number => low + (high - low) * uniform(this.#word);
  chance = (share: number): boolean => uniform(this.#word) < share;
  upTo = (n: number): number => integer(this.#word, n);
  pick = <T>(list: ArrayLike<T>): T => list[this.upTo(list.length)] as T;
}

/** Shortens numbers, which pixels are not finer than. */
const at = (...values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(" ");

/** A colour of any hue, of a lightness from 0 to 100. */
function colour(dice: Dice, lightness = dice.between(5, 95)): string {
  return `hsl(${dice.upTo(360)},${dice.upTo(101)}%,${lightness.toFixed(0)}%)`;
}

/** The attributes of what is filled with one colour, or with a gradient that stands before it. */
function filled(dice: Dice, shape: (fill: string) => string): string {
  if (dice.chance(0.5)) return shape(colour(dice));
  const id = `g${dice.upTo(2 ** 31)}`;
  const angle = dice.upTo(360);
  const stops = `<stop stop-color="${colour(dice)}"/><stop offset="1" stop-color="${colour(dice)}"/>`;
  return `<linearGradient id="${id}" gradientTransform="rotate(${angle} .5 .5)">${stops}</linearGradient>${shape(`url(#${id})`)}`;
}

const ground = (fill: string): string => `<rect width="${TILE}" height="${TILE}" fill="${fill}"/>`;

function word(dice: Dice): string {
  if (dice.chance(0.07)) return `${dice.upTo(100_000)}`;
  const letters = Array.from({ length: 1 + dice.upTo(9) }, () => dice.pick(LETTERS)).join("");
  if (dice.chance(0.15)) return letters.toUpperCase();
  return dice.chance(0.3) ? letters[0]?.toUpperCase() + letters.slice(1) : letters;
}

/** Lines of words over a tile, dark on light, light on dark, or in any colours. */
function letters(dice: Dice): string {
  const dark = dice.chance(0.35);
  const back = dice.chance(0.7) ? colour(dice, dark ? dice.between(0, 25) : dice.between(80, 100)) : "none";
  const ink =
    back === "none" ? colour(dice) : colour(dice, dark ? dice.between(80, 100) : dice.between(0, 35));
  const size = dice.between(11, 44);
  const leading = size * dice.between(1.2, 1.3);
  const lines = Array.from({ length: Math.floor(TILE / leading) }, (_, k) => {
    const words = Array.from(
      { length: Math.ceil(TILE / (size * 2)) },
      () => word(dice) + dice.pick(["", "", "", ",", "."]),
    );
    return `<text x="6" y="${at((k + 1) * leading)}">${words.join(" ")}</text>`;
  });
  const style = `font-family="${dice.pick(FAMILIES)}" font-size="${at(size)}" fill="${ink}"`;
  const weight = `${dice.chance(0.4) ? ' font-weight="bold"' : ""}${dice.chance(0.25) ? ' font-style="italic"' : ""}`;
  const turn = dice.chance(0.2) ? ` transform="rotate(${dice.upTo(70) - 35} ${TILE / 2} ${TILE / 2})"` : "";
  return `${ground(back)}<g ${style}${weight}${turn}>${lines.join("")}</g>`;
}

/** A polygon, an ellipse or a curve around a point, filled, outlined or both. */
function shape(dice: Dice, reach: number): string {
  const [x, y, radius] = [dice.between(0, TILE), dice.between(0, TILE), dice.between(4, reach)];
  const outline = dice.chance(0.6);
  const stroke = outline
    ? ` stroke="${colour(dice, dice.chance(0.6) ? dice.between(0, 20) : undefined)}" stroke-width="${at(dice.between(0.8, 5))}"`
    : "";
  const round = dice.chance(0.25);
  const sides = 3 + dice.upTo(7);
  const corners = Array.from({ length: sides }, (_, k) => {
    const [angle, distance] = [(2 * Math.PI * k) / sides, radius * dice.between(0.5, 1.2)];
    return [x + distance * Math.cos(angle), y + distance * Math.sin(angle)] as const;
  });
  const path = dice.chance(0.4) ? `M${corners.map((corner) => at(...corner)).join("L")}Z` : smooth(corners);
  const [flat, turn] = [dice.between(0.3, 1), dice.upTo(180)];
  const draw = (fill: string) =>
    round
      ? `<ellipse cx="${at(x)}" cy="${at(y)}" rx="${at(radius)}" ry="${at(radius * flat)}" fill="${fill}"${stroke} transform="rotate(${turn} ${at(x, y)})"/>`
      : `<path d="${path}" fill="${fill}"${stroke}/>`;
  return outline && dice.chance(0.2) ? draw("none") : filled(dice, draw);
}

/** A closed curve through the middles of a polygon's sides. */
function smooth(corners: readonly (readonly [number, number])[]): string {
  const corner = (k: number) => corners[k % corners.length] as readonly [number, number];
  const middle = (k: number) =>
    [0, 1].map((axis) => ((corner(k)[axis] ?? 0) + (corner(k + 1)[axis] ?? 0)) / 2);
  const curves = corners.map((_, k) => `Q${at(...corner(k + 1), ...middle(k + 1))}`);
  return `M${at(...middle(0))}${curves.join("")}Z`;
}

/** Strands that begin beside each other and bend as they fall. */
function strands(dice: Dice): string {
  const [x, y, reach] = [dice.between(40, 200), dice.between(0, 150), dice.between(30, 120)];
  const d = Array.from({ length: 10 + dice.upTo(40) }, () => {
    const [a, b] = [x + dice.between(-reach, reach), y + dice.between(-reach, reach) / 3];
    const bend = (share: number, down: number) =>
      at(a + dice.between(-reach, reach) * share, b + reach * down);
    return `M${at(a, b)}C${bend(0.2, 0.4)} ${bend(0.3, 0.7)} ${bend(0.5, 1)}`;
  });
  return `<path d="${d.join("")}" fill="none" stroke="${colour(dice)}" stroke-width="${at(dice.between(0.8, 2.5))}"/>`;
}

/** Parallel lines within a rectangle, sometimes crossed by others. */
function hatching(dice: Dice): string {
  const [x, y] = [dice.between(0, 150), dice.between(0, 150)];
  const [w, h] = [dice.between(60, 250), dice.between(60, 250)];
  const step = dice.between(5, 24);
  const lines = Array.from(
    { length: Math.ceil((2 * TILE) / step) },
    (_, k) => `M0 ${at(k * step)}H${2 * TILE}`,
  ).join("");
  const style = `stroke="${colour(dice)}" stroke-width="${at(step * dice.between(0.1, 0.5))}"`;
  const turned = (angle: number) =>
    `<path d="${lines}" ${style} transform="translate(${at(w / 2, h / 2)}) rotate(${angle}) translate(${-TILE} ${-TILE})"/>`;
  const angle = dice.upTo(180);
  const crossing = dice.chance(0.3) ? turned(angle + 90) : "";
  return `<svg x="${at(x)}" y="${at(y)}" width="${at(w)}" height="${at(h)}">${turned(angle)}${crossing}</svg>`;
}

const several = (count: number, draw: (k: number) => string): string =>
  Array.from({ length: count }, (_, k) => draw(k)).join("");

/** Shapes before and behind each other, the first few larger. */
function shapes(dice: Dice): string {
  const back = dice.chance(0.7) ? filled(dice, ground) : "";
  const many = several(6 + dice.upTo(28), (k) => shape(dice, k < 5 ? 110 : 45));
  return `${back}${many}${dice.chance(0.5) ? strands(dice) : ""}`;
}

const hatched = (dice: Dice): string =>
  `${several(3, () => hatching(dice))}${several(4, () => shape(dice, 60))}`;

/**
 * A drawing of sixteen tiles.
 * @param index its number among those of one seed
 * @returns an SVG document of `DRAWING_SIZE` by `DRAWING_SIZE` pixels
 */
export function drawing(seed: number, index: number): string {
  const dice = new Dice(seed, index);
  const paper = dice.chance(0.4) ? "white" : colour(dice);
  const side = DRAWING_SIZE / TILE;
  const tiles = several(side * side, (k) => {
    const kind = dice.between(0, 1);
    const inside = kind < 0.35 ? letters(dice) : kind < 0.8 ? shapes(dice) : hatched(dice);
    return `<svg x="${(k % side) * TILE}" y="${Math.floor(k / side) * TILE}" width="${TILE}" height="${TILE}">${inside}</svg>`;
  });
  const size = `width="${DRAWING_SIZE}" height="${DRAWING_SIZE}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect ${size} fill="${paper}"/>${tiles}</svg>`;
}

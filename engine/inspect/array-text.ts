/** Arrays as NumPy prints them: nested brackets, columns aligned, large ones by their corners. */
import type { HostArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";

/** Arrays with more elements are shown by their corners. */
const WHOLE = 100;

/** Elements shown at either end of an axis that `following` axes come after: fewer the more they multiply. */
const edgeOf = (following: number, rank: number): number =>
  following === 0 || rank === 2 ? 3 : following === 1 ? 2 : 1;

/** Positions along an axis; undefined stands for those left out. */
function positions(n: number, edge: number, whole: boolean): (number | undefined)[] {
  if (whole || n <= 2 * edge + 1) return Array.from({ length: n }, (_, i) => i);
  const ends = Array.from({ length: edge }, (_, i) => i);
  return [...ends, undefined, ...ends.map((i) => n - edge + i)];
}

/** The numbers, row by row, as text of several lines. */
export function arrayText(data: HostArray, shape: Shape): string {
  const whole = data.length <= WHOLE;
  const axes = shape.map((n, axis) => positions(n, edgeOf(shape.length - 1 - axis, shape.length), whole));
  /** What lies at each of the axis' positions in `part`; undefined for those left out. */
  const cut = (part: HostArray, axis: number): (HostArray | undefined)[] => {
    const size = part.length / (shape[axis] as number);
    return (axes[axis] as (number | undefined)[]).map((i) =>
      i === undefined ? undefined : part.subarray(i * size, (i + 1) * size),
    );
  };
  const shown = (part: HostArray, axis: number): readonly number[] =>
    axis === shape.length
      ? [...part]
      : cut(part, axis).flatMap((inner) => (inner ? shown(inner, axis + 1) : []));
  const format = formatter(shown(data, 0), data instanceof Float32Array);
  const render = (part: HostArray, axis: number): string => {
    if (axis === shape.length) return format(part[0] as number);
    const items = cut(part, axis).map((inner) => (inner ? render(inner, axis + 1) : "..."));
    const following = shape.length - 1 - axis;
    if (following === 0) return `[${items.join(" ")}]`;
    // An empty line between matrices, as NumPy has it.
    return `[${items.join(`\n${"\n".repeat(following - 1)}${" ".repeat(axis + 1)}`)}]`;
  };
  return render(data, 0);
}

/** One format for all numbers: fixed point where that tells them apart, else with exponents; padded to one width. */
function formatter(numbers: readonly number[], isFloat: boolean): (value: number) => string {
  const magnitudes = numbers.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const largest = Math.max(...magnitudes, 0);
  const smallest = magnitudes.length > 0 ? Math.min(...magnitudes) : 0;
  const whole = !isFloat || numbers.every((x) => !Number.isFinite(x) || Number.isInteger(x));
  const exponents =
    isFloat && magnitudes.length > 0 && (largest >= 1e8 || largest < 1e-4 || largest / smallest > 1e6);
  const digits = whole ? 0 : Math.min(Math.max(4 - Math.floor(Math.log10(Math.max(largest, 1e-4))), 1), 8);
  const write = (x: number): string => {
    if (Number.isNaN(x)) return "nan";
    if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
    if (exponents) return x.toExponential(3);
    return isFloat && whole ? `${x}.` : x.toFixed(digits);
  };
  const width = Math.max(...numbers.map((x) => write(x).length), 0);
  return (x) => write(x).padStart(width);
}

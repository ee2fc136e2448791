/**
 * What a tensor holds, in a few lines. Takes nothing but types from the rest of the engine: a page loads it when it is first asked
 * for, and what both used would be cut out of the engine's script into a third one.
 */
import type { DType, HostArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { arrayText } from "./array-text.ts";
import { showBytes, showCount } from "./units.ts";

/** What `describe` finds out. Statistics are of the finite numbers, in double precision; NaN where there are none. */
export interface TensorSummary {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation (of the whole, not of a sample). */
  readonly std: number;
  readonly nan: number;
  readonly infinite: number;
  /** Shape, statistics and corner values, as `print` shows them. */
  readonly text: string;
}

/** Reads a tensor and describes its numbers. */
export async function describe(x: Tensor): Promise<TensorSummary> {
  const data = await x.data();
  const { shape, dtype } = x;
  const statistics = statisticsOf(data);
  return { shape, dtype, ...statistics, text: summaryText(data, shape, dtype, statistics) };
}

type Statistics = Pick<TensorSummary, "min" | "max" | "mean" | "std" | "nan" | "infinite">;

function statisticsOf(data: HostArray): Statistics {
  let [min, max, sum, nan, infinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (const x of data) {
    if (Number.isNaN(x)) nan++;
    else if (!Number.isFinite(x)) infinite++;
    else {
      if (x < min) min = x;
      if (x > max) max = x;
      sum += x;
    }
  }
  const count = data.length - nan - infinite;
  if (count === 0)
    return { min: Number.NaN, max: Number.NaN, mean: Number.NaN, std: Number.NaN, nan, infinite };
  const mean = sum / count;
  let squares = 0;
  for (const x of data) if (Number.isFinite(x)) squares += (x - mean) ** 2;
  return { min, max, mean, std: Math.sqrt(squares / count), nan, infinite };
}

function summaryText(data: HostArray, shape: Shape, dtype: DType, s: Statistics): string {
  const bytes = data.length * (dtype === "f16" ? 2 : 4);
  const numbers = `${showCount(data.length)} ${data.length === 1 ? "number" : "numbers"}`;
  const lines = [`${dtype} [${shape.join(", ")}], ${numbers}, ${showBytes(bytes)}`];
  if (data.length > 1) {
    const show = (x: number) => `${Number(x.toPrecision(5))}`;
    const bad = [
      s.nan > 0 ? [`${showCount(s.nan)} NaN`] : [],
      s.infinite > 0 ? [`${showCount(s.infinite)} infinite`] : [],
    ];
    lines.push(
      [
        `min ${show(s.min)}`,
        `max ${show(s.max)}`,
        `mean ${show(s.mean)}`,
        `std ${show(s.std)}`,
        ...bad.flat(),
      ].join("  "),
    );
  }
  return [...lines, arrayText(data, shape)].join("\n");
}

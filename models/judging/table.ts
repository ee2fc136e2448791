/** Scores as a table to read, with the papers' figures beside. */
import type { Score } from "./judge.ts";

/** What must be said wherever a Parzen estimate stands. */
export const PARZEN_CAVEAT =
  "Parzen estimates do not follow the quality of samples (Theis, van den Oord and Bethge 2016): they serve to compare with these papers only.";

/** A row of a paper's table: log-likelihood by a Parzen window, and its error or deviation as the paper gives it. */
export interface PaperRow {
  readonly model: string;
  readonly value: number;
  readonly error: number;
}

/** Nats a picture. */
export const PARZEN_OF_PAPERS: Readonly<Record<string, readonly PaperRow[]>> = {
  // Mirza and Osindero 2014, table 1; ± is the standard error.
  mnist: [
    { model: "conditional GAN (Mirza and Osindero 2014)", value: 132, error: 1.8 },
    { model: "GAN (Goodfellow et al. 2014)", value: 225, error: 2 },
    { model: "deep belief network", value: 138, error: 2 },
    { model: "stacked contractive autoencoder", value: 121, error: 1.6 },
    { model: "deep generative stochastic network", value: 214, error: 1.1 },
  ],
  // Denton et al. 2015, table 1; ± is the deviation between pictures, of 28×28 pixels.
  cifar: [
    { model: "GAN, Parzen window", value: -3617, error: 353 },
    { model: "LAPGAN, Parzen window", value: -3572, error: 345 },
    { model: "LAPGAN, multi-scale Parzen window", value: -1799, error: 826 },
  ],
  stl: [
    { model: "GAN, Parzen window, at 32×32", value: -3661, error: 347 },
    { model: "LAPGAN, Parzen window, at 32×32", value: -3563, error: 311 },
    { model: "LAPGAN, multi-scale Parzen window, at 32×32", value: -2906, error: 728 },
  ],
};

/** @param papers rows to print below */
export function scoreTable(scores: readonly Score[], papers: readonly PaperRow[] = []): string {
  const rows = scores.map(({ name, value, standardError, real }) => [
    name,
    short(value) + (standardError === undefined ? "" : ` ± ${short(standardError)}`),
    real === undefined ? "" : short(real),
  ]);
  const notes = scores.flatMap(({ name, note, classes }) => [
    ...(note ? [`${name}: ${note}`] : []),
    ...(classes ? [`${name}, by class: ${classes.map(short).join(" ")}`] : []),
  ]);
  const paperLines = papers.map(({ model, value, error }) => `  ${model}: ${value} ± ${error}`);
  return [
    ...aligned([["", "samples", "real pictures"], ...rows]),
    "",
    ...notes,
    ...(papers.length > 0 ? ["", "Parzen log-likelihood in papers:", ...paperLines, PARZEN_CAVEAT] : []),
  ].join("\n");
}

/** Four digits are as many as mean something. */
function short(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((row) => row[k]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, k) => cell.padEnd(widths[k] as number))
      .join("  ")
      .trimEnd(),
  );
}

/** Figures of the papers, to be printed beside ours, and what must be said of them. */

/** The name of the score that they stand beside. */
export const PARZEN = "Parzen log-likelihood";

/** What must be said wherever a Parzen estimate stands. */
export const PARZEN_CAVEAT =
  "Parzen estimates do not follow the quality of samples (Theis, van den Oord and Bethge 2016): they serve to compare with these papers only.";

/** A row of a paper's table: log-likelihood by a Parzen window, and its error or deviation as the paper gives it. */
export interface PaperRow {
  readonly model: string;
  readonly value: number;
  readonly error: number;
}

/** Mirza and Osindero 2014, table 1, nats a picture with values in [0, 1]; ± is the standard error. */
export const PARZEN_ON_MNIST: readonly PaperRow[] = [
  { model: "conditional GAN", value: 132, error: 1.8 },
  { model: "GAN (Goodfellow et al. 2014)", value: 225, error: 2 },
  { model: "deep belief network", value: 138, error: 2 },
  { model: "stacked contractive autoencoder", value: 121, error: 1.6 },
  { model: "deep generative stochastic network", value: 214, error: 1.1 },
];

/** Denton et al. 2015, table 1, nats a picture; ± is the deviation between pictures. */
export const PARZEN_ON_CIFAR: readonly PaperRow[] = [
  { model: "GAN", value: -3617, error: 353 },
  { model: "LAPGAN", value: -3572, error: 345 },
  { model: "LAPGAN, multi-scale", value: -1799, error: 826 },
];

/** The same table, at 32×32 pixels. */
export const PARZEN_ON_STL10: readonly PaperRow[] = [
  { model: "GAN", value: -3661, error: 347 },
  { model: "LAPGAN", value: -3563, error: 311 },
  { model: "LAPGAN, multi-scale", value: -2906, error: 728 },
];

/** Rows in a few words. */
export const inWords = (rows: readonly PaperRow[]): string =>
  rows.map(({ model, value, error }) => `${model} ${value} ± ${error}`).join("; ");

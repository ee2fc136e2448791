import { ShapeError } from "../../engine/errors.ts";

/**
 * Area under the ROC curve: how often a positive has a higher score than a negative, ties counting one half.
 * @param labels 1 for positives, 0 for negatives
 * @returns NaN when there are no positives or no negatives
 * @throws ShapeError when there are not as many labels as scores
 */
export function aucRoc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (scores.length !== labels.length)
    throw new ShapeError(`aucRoc: got ${scores.length} scores and ${labels.length} labels`);
  const order = Array.from(scores, (score, i) => ({ score, positive: labels[i] === 1 }));
  order.sort((a, b) => a.score - b.score);
  let below = 0;
  let positives = 0;
  let wins = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tiedPositives = 0;
    while (end < order.length && order[end]?.score === order[start]?.score)
      if (order[end++]?.positive) tiedPositives++;
    const tiedNegatives = end - start - tiedPositives;
    wins += tiedPositives * (below + tiedNegatives / 2);
    positives += tiedPositives;
    below += tiedNegatives;
    start = end;
  }
  return wins / (positives * below);
}

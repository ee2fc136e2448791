/** What a batch norm goes by: for each channel the mean and the deviation of the batch, and those that evaluation will use. */
import { element } from "../../components/dom.ts";
import { swatch } from "../../components/swatch.ts";
import { short } from "../../components/tensor-view.ts";
import type { ChannelStatistics } from "../../lab/types.ts";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, EDGE] = [560, 120, 6];
/** Channels whose numbers are written. */
const ROWS = 64;

/** Each channel as a line from mean − deviation to mean + deviation: the batch's beside the running one. */
export function channelView({
  mean,
  variance,
  runningMean,
  runningVariance,
}: ChannelStatistics): HTMLElement {
  const channels = mean.length;
  const kinds = [
    { means: mean, variances: variance, colour: "--forward", shift: 0.3 },
    { means: runningMean, variances: runningVariance, colour: "--backward", shift: 0.7 },
  ];
  const spans = kinds.map(({ means, variances }) =>
    Array.from(means, (at, k) => {
      const deviation = Math.sqrt(Math.max(variances[k] as number, 0));
      return [at - deviation, at + deviation] as const;
    }),
  );
  const low = Math.min(...spans.flat().map(([from]) => from));
  const high = Math.max(...spans.flat().map(([, to]) => to));
  const y = (value: number) => EDGE + (1 - (value - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("class", "channels");
  svg.setAttribute("role", "img");
  svg.setAttribute(
    "aria-label",
    `Mean and deviation of ${channels} channels, from ${short(low)} to ${short(high)}; the numbers are in the table below`,
  );
  const step = WIDTH / channels;
  for (const [kind, { means, colour, shift }] of kinds.entries())
    for (const [k, [from, to]] of (spans[kind] ?? []).entries()) {
      const x = (k + shift) * step;
      const bar = document.createElementNS(SVG, "path");
      bar.setAttribute(
        "d",
        `M${x} ${y(from)}V${y(to)}M${x - step * 0.15} ${y(means[k] as number)}h${step * 0.3}`,
      );
      bar.style.stroke = `var(${colour})`;
      bar.style.strokeWidth = String(Math.min(Math.max(step * 0.16, 0.7), 3));
      svg.append(bar);
    }
  const columns = ["Channel", "Mean", "Running", "Variance", "Running"];
  const rows = Array.from({ length: Math.min(channels, ROWS) }, (_, k) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, String(k)),
      ...[mean, runningMean, variance, runningVariance].map((of) =>
        element("td", { class: "number" }, short(of[k] as number)),
      ),
    ),
  );
  const table = element(
    "table",
    { class: "checks" },
    element(
      "thead",
      {},
      element("tr", {}, ...columns.map((words) => element("th", { scope: "col" }, words))),
    ),
    element("tbody", {}, ...rows),
  );
  return element(
    "section",
    { class: "channel-view" },
    element("h3", {}, "Statistics by channel"),
    element(
      "p",
      { class: "fine" },
      swatch("--forward"),
      "of this batch, by which training normalises, ",
      swatch("--backward"),
      `running, by which evaluation does: mean ± deviation of ${channels} channels`,
    ),
    svg,
    element(
      "details",
      {},
      element("summary", {}, channels > ROWS ? `Numbers of the first ${ROWS}` : "Numbers"),
      element("div", { class: "table-holder", tabindex: 0, role: "region", "aria-label": "Channels" }, table),
    ),
  );
}

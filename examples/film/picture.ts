/** What stands around the samples in a frame of a film: title, update, and the measures so far, as SVG. */

/** A measure of every update so far. */
export interface Line {
  readonly name: string;
  readonly values: number[];
}

const [WIDTH, HEIGHT] = [800, 464];
/** Where the samples stand, in pixels. */
export const SHEET = { left: 24, top: 64, side: 376 } as const;
const CHART = { left: 464, top: 112, width: 304, height: 288 } as const;
const COLOURS = ["#0b7a75", "#c2410c"];
const INK = "#1f2933";
const QUIET = "#616e7c";

/**
 * @param step updates made so far
 * @param updates in all
 * @param lines of measures between 0 and 1, as D's answers are
 */
export function picture(title: string, step: number, updates: number, lines: readonly Line[]): string {
  const { left, top, width, height } = CHART;
  const x = (made: number) => (left + (width * made) / updates).toFixed(1);
  const y = (value: number) => (top + height * (1 - value)).toFixed(1);
  const grid = [0, 0.5, 1].map(
    (value) => `<path d="M${left} ${y(value)}h${width}" stroke="#d9dee4"/>
      <text x="${left - 8}" y="${Number(y(value)) + 4}" text-anchor="end" fill="${QUIET}">${value}</text>`,
  );
  const curves = lines.map(({ name, values }, k) => {
    const points = values.map((value, made) => `${x(made + 1)},${y(value)}`).join(" ");
    const last = values.at(-1);
    const words = last === undefined ? name : `${name} ${last.toFixed(2)}`;
    return `<polyline points="${points}" fill="none" stroke="${COLOURS[k]}" stroke-width="1.5" stroke-linejoin="round"/>
      <text x="${left + k * 130}" y="${top - 16}" fill="${COLOURS[k]}" font-weight="bold">${words}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="14">
    <rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
    <text x="${SHEET.left}" y="40" font-size="20" font-weight="bold" fill="${INK}">${title}</text>
    ${grid.join("")}${curves.join("")}
    <text x="${left}" y="${top + height + 28}" fill="${QUIET}">update</text>
    <text x="${left + width}" y="${top + height + 28}" text-anchor="end" font-size="16" fill="${INK}">${step} of ${updates}</text>
  </svg>`;
}

/** Lines over a common axis, drawn on a canvas; a cursor goes from place to place. */
import { token } from "./colours.ts";
import { element } from "./dom.ts";
import { ticksOf } from "./ticks.ts";

export interface LinePlotOptions {
  readonly height: number;
  /** Names of the lines' colours in the style sheet. */
  readonly colours: readonly string[];
  /** Whether values are drawn by their logarithm; those that have none leave a gap. */
  readonly log: boolean;
  /** What the upright axis spans, where that is known before. */
  readonly range?: readonly [low: number, high: number];
  /** Lines of at most so many points have each of them marked. */
  readonly marked: number;
  /** Words for a number at the upright axis. */
  readonly words: (value: number) => string;
  /** Told where a pointer is: a place in the columns, undefined where it has gone. */
  readonly onCursor: (place: number | undefined) => void;
}

/** Places along the common axis, then a column a line, all of the same length. */
export type Columns = readonly (readonly number[])[];

/** Room for words, in pixels. */
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 8, 8, 22];
/** Between two ticks, at least. */
const [APART_X, APART_Y] = [64, 30];
const WIDTH_OF_LINE = 1.6;

export class LinePlot {
  readonly element = element("canvas", { class: "line-plot", "aria-hidden": "true" });
  readonly #options: LinePlotOptions;
  #columns: Columns = [[]];
  #width = 300;
  #cursor: number | undefined;

  constructor(options: LinePlotOptions) {
    this.#options = options;
    this.element.addEventListener("pointermove", ({ offsetX }) => this.#point(offsetX));
    this.element.addEventListener("pointerleave", () => this.#point(undefined));
  }

  get cursor(): number | undefined {
    return this.#cursor;
  }

  /** Puts the cursor at a place, or takes it away. */
  set cursor(place: number | undefined) {
    this.#cursor = place;
    this.draw();
    this.#options.onCursor(place);
  }

  show(columns: Columns): void {
    this.#columns = columns;
    this.draw();
  }

  fit(width: number): void {
    this.#width = width;
    this.draw();
  }

  /** In the colours that the page has now. */
  draw(): void {
    const { height, colours, log, marked, words } = this.#options;
    const canvas = this.element;
    const density = devicePixelRatio || 1;
    canvas.width = Math.round(this.#width * density);
    canvas.height = Math.round(height * density);
    canvas.style.width = `${this.#width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    const [places = [], ...lines] = this.#columns;
    if (!context || places.length === 0) return;
    context.scale(density, density);
    const [low, high] = this.#range(lines);
    const y = (value: number) =>
      height - BOTTOM - ((this.#level(value) - low) / (high - low)) * (height - BOTTOM - TOP);

    context.font = "11px system-ui";
    context.fillStyle = token("--ink-soft");
    context.strokeStyle = token("--line");
    context.lineWidth = 1;
    const edge = this.#width - RIGHT;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of ticksOf(low, high, (height - BOTTOM - TOP) / APART_Y)) {
      const value = log ? 10 ** tick : tick;
      line(context, [LEFT, y(value)], [edge, y(value)]);
      context.fillText(words(value), LEFT - 6, y(value));
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    const [first = 0, last = 0] = [places[0], places.at(-1)];
    for (const tick of ticksOf(first, last, (edge - LEFT) / APART_X)) {
      line(context, [this.#x(tick), TOP], [this.#x(tick), height - BOTTOM]);
      context.fillText(tick.toLocaleString("en"), this.#x(tick), height - BOTTOM + 6);
    }

    for (const [k, values] of lines.entries()) {
      context.strokeStyle = token(colours[k % colours.length] as string);
      context.fillStyle = context.strokeStyle;
      context.lineWidth = WIDTH_OF_LINE;
      context.beginPath();
      let drawing = false;
      for (const [at, value] of values.entries()) {
        const isThere = Number.isFinite(this.#level(value));
        if (isThere) context[drawing ? "lineTo" : "moveTo"](this.#x(places[at] as number), y(value));
        drawing = isThere;
      }
      context.stroke();
      const dots = places.length <= marked ? values.keys() : this.#cursor === undefined ? [] : [this.#cursor];
      for (const at of dots) {
        const value = values[at] ?? Number.NaN;
        if (!Number.isFinite(this.#level(value))) continue;
        context.beginPath();
        context.arc(this.#x(places[at] as number), y(value), at === this.#cursor ? 4 : 2.5, 0, 2 * Math.PI);
        context.fill();
      }
    }
    const at = this.#cursor === undefined ? undefined : places[this.#cursor];
    if (at === undefined) return;
    context.strokeStyle = token("--ink-soft");
    context.lineWidth = 1;
    line(context, [this.#x(at), TOP], [this.#x(at), height - BOTTOM]);
  }

  #level(value: number): number {
    return this.#options.log ? Math.log10(value) : value;
  }

  /** From the lowest to the highest value, with some room; never empty. */
  #range(lines: readonly (readonly number[])[]): readonly [number, number] {
    const { range } = this.#options;
    if (range) return range;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const values of lines)
      for (const value of values) {
        const level = this.#level(value);
        if (!Number.isFinite(level)) continue;
        if (level < low) low = level;
        if (level > high) high = level;
      }
    if (low > high) return [0, 1];
    const room = 0.06 * (high - low) || Math.abs(low) * 0.1 || 0.5;
    return [low - room, high + room];
  }

  #x(place: number): number {
    const [places = []] = this.#columns;
    const [first = 0, last = 0] = [places[0], places.at(-1)];
    const room = this.#width - LEFT - RIGHT;
    return first === last ? LEFT + room / 2 : LEFT + ((place - first) / (last - first)) * room;
  }

  #point(x: number | undefined): void {
    const [places = []] = this.#columns;
    if (x === undefined || places.length === 0) {
      if (this.#cursor !== undefined) this.cursor = undefined;
      return;
    }
    let nearest = 0;
    for (const [k, place] of places.entries())
      if (Math.abs(this.#x(place) - x) < Math.abs(this.#x(places[nearest] as number) - x)) nearest = k;
    if (nearest !== this.#cursor) this.cursor = nearest;
  }
}

type Point = readonly [x: number, y: number];

function line(context: CanvasRenderingContext2D, from: Point, to: Point): void {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

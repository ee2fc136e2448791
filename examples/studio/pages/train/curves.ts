/** Curves of what a training measures, a small chart for each kind of measure. */
import uPlot from "uplot";
import { onColourScheme, token } from "../../components/colours.ts";
import { element } from "../../components/dom.ts";
import { short } from "../../components/tensor-view.ts";

interface Group {
  readonly title: string;
  readonly names: readonly string[];
  /** Whether values are drawn by their logarithm. */
  readonly log: boolean;
}

/** Updates that are drawn; of longer runs every second, every fourth, … */
const MOST = 4000;
const HEIGHT = 150;
const COLOURS = ["--forward", "--backward", "--update", "--ink-soft"];

/** Answers are probabilities, and shares lie between 0 and 1 too. */
const isShare = (name: string): boolean => /^(D|right)\(/.test(name);

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^D\(/, "D’s answers"],
  [/^right\(/, "Shares of right answers"],
  [/gradient$/i, "Length of gradients"],
  [/^(within|across)$/, "Diversity of samples"],
];

/** What belongs together: by the names above, and losses. */
function groupsOf(measures: readonly string[]): Group[] {
  const kindOf = (name: string) => KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? "Losses";
  const kinds = new Map<string, string[]>();
  for (const name of measures) kinds.set(kindOf(name), [...(kinds.get(kindOf(name)) ?? []), name]);
  return [...kinds].map(([title, names]) => ({ title, names, log: title === "Length of gradients" }));
}

/** Words for a measure's name. */
const wordsOf = (name: string): string => name.replace(/Gradient$/, "");

export class Curves {
  readonly element = element("section", { class: "curves", "aria-label": "Curves" });
  #charts: Chart[] = [];
  #measures: readonly string[] = [];

  constructor() {
    new ResizeObserver(() => {
      for (const chart of this.#charts) chart.fit();
    }).observe(this.element);
    onColourScheme(() => {
      for (const chart of this.#charts) chart.redraw();
    });
  }

  /** Begins anew with these measures. */
  start(measures: readonly string[]): void {
    this.#measures = measures;
    this.#charts = groupsOf(measures).map((group) => new Chart(group));
    const heading = element("h2", { class: "visually-hidden" }, "Curves");
    this.element.replaceChildren(heading, ...this.#charts.map((chart) => chart.element));
    for (const chart of this.#charts) chart.fit();
  }

  /** Adds updates; each row has the measures in their order. */
  add(steps: readonly number[], values: readonly (readonly number[])[]): void {
    if (steps.length === 0) return;
    for (const chart of this.#charts) {
      const columns = chart.group.names.map((name) => this.#measures.indexOf(name));
      for (const [k, step] of steps.entries())
        chart.push(
          step,
          columns.map((column) => values[k]?.[column] ?? Number.NaN),
        );
      chart.update();
    }
  }

  /** Scores of an assessment, on a chart of their own. */
  score(step: number, scores: Readonly<Record<string, number>>): void {
    const names = Object.keys(scores);
    if (names.length === 0) return;
    let chart = this.#charts.find(({ group }) => group.title === "Scores");
    if (!chart) {
      chart = new Chart({ title: "Scores", names, log: false });
      this.#charts.push(chart);
      this.element.append(chart.element);
      chart.fit();
    }
    chart.push(
      step,
      chart.group.names.map((name) => scores[name] ?? Number.NaN),
    );
    chart.update();
  }
}

/** Between two ticks: there are no halves of updates. */
const WHOLE_STEPS = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((of) => of * 10 ** power)).flat();

/** Updates that are drawn as points too. */
const FEW = 20;

class Chart {
  readonly element: HTMLElement;
  readonly group: Group;
  readonly #body = element("div", { class: "curve-body", role: "img", tabindex: 0 });
  readonly #values: HTMLElement[];
  #data: number[][];
  readonly #plot: uPlot;
  /** Updates from one point to the next. */
  #every = 1;

  constructor(group: Group) {
    this.group = group;
    this.#data = [[], ...group.names.map(() => [])];
    this.#plot = new uPlot(this.#form(), this.#columns, this.#body);
    // Words stand beside it; the drawing has none for a screen reader.
    this.#plot.root.setAttribute("aria-hidden", "true");
    this.#body.addEventListener("keydown", (event) => this.#move(event));
    this.#values = group.names.map(() => element("strong", {}, "–"));
    const legend = group.names.map((name, k) => {
      const dot = element("span", { class: "dot", "aria-hidden": "true" });
      dot.style.background = `var(${COLOURS[k % COLOURS.length]})`;
      const value = this.#values[k] as HTMLElement;
      value.dataset.measure = name;
      return element("li", {}, dot, `${wordsOf(name)} `, value);
    });
    this.element = element(
      "figure",
      { class: "card curve" },
      element(
        "figcaption",
        {},
        element("h3", {}, group.title),
        element("ul", { class: "legend" }, ...legend),
      ),
      this.#body,
    );
  }

  /** Adds an update, in place of later ones where a run has begun again from its checkpoint. */
  push(step: number, values: readonly number[]): void {
    while ((this.#data[0]?.at(-1) ?? -1) >= step) for (const column of this.#data) column.pop();
    if (step % this.#every !== 0) return;
    [step, ...values].forEach((value, k) => {
      this.#data[k]?.push(value);
    });
    if ((this.#data[0]?.length ?? 0) <= MOST) return;
    this.#every *= 2;
    const keep = this.#data[0]?.map((at) => at % this.#every === 0) ?? [];
    this.#data = this.#data.map((column) => column.filter((_, k) => keep[k]));
  }

  update(): void {
    const step = this.#data[0]?.[this.#plot.cursor.idx ?? -1];
    // Places along the axis are known when the new columns have been taken in.
    this.#plot.batch(() => this.#plot.setData(this.#columns));
    if (step === undefined) this.#write();
    else this.#pointAt(step);
  }

  fit(): void {
    const width = this.#body.clientWidth;
    if (width > 0) this.#plot.setSize({ width, height: HEIGHT });
  }

  redraw(): void {
    this.#plot.redraw(false);
  }

  get #columns(): uPlot.AlignedData {
    return this.#data as unknown as uPlot.AlignedData;
  }

  #form(): uPlot.Options {
    const { log, names, title } = this.group;
    // Functions, so that a redraw is in the colours that the page has now.
    const axis = {
      stroke: () => token("--ink-soft"),
      grid: { stroke: () => token("--line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui",
    };
    return {
      width: 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false }, y: log ? { distr: 3 } : names.every(isShare) ? { range: [0, 1] } : {} },
      axes: [
        { ...axis, size: 26, space: 60, incrs: WHOLE_STEPS },
        { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : short(tick))) },
      ],
      series: [
        {},
        ...names.map((name, k) => ({
          label: name,
          stroke: () => token(COLOURS[k % COLOURS.length] as string),
          width: 1.6,
          // A line needs two updates to be seen; the first few are made one by one.
          points: { show: (plot: uPlot) => title === "Scores" || plot.data[0].length <= FEW },
        })),
      ],
      hooks: { setCursor: [({ cursor }) => this.#write(cursor.idx ?? undefined)] },
    };
  }

  #pointAt(step: number): void {
    this.#plot.setCursor({ left: this.#plot.valToPos(step, "x"), top: 0 });
  }

  /** To the values of other updates without a pointer. */
  #move(event: KeyboardEvent): void {
    const [steps = []] = this.#data;
    const last = steps.length - 1;
    const at = this.#plot.cursor.idx ?? last;
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: Math.max(at - 1, 0),
      ArrowRight: Math.min(at + 1, last),
      Home: 0,
      End: last,
    };
    const step = steps[places[event.key] ?? -1];
    if (step === undefined) return;
    event.preventDefault();
    this.#pointAt(step);
  }

  /** The values under the cursor, or the newest. */
  #write(at = (this.#data[0]?.length ?? 0) - 1): void {
    this.group.names.forEach((_, k) => {
      const value = this.#data[k + 1]?.[at];
      (this.#values[k] as HTMLElement).textContent = value === undefined ? "–" : short(value);
    });
    const words = this.group.names.map((name, k) => `${wordsOf(name)} ${this.#values[k]?.textContent}`);
    const step = this.#data[0]?.[at] ?? 0;
    this.#body.setAttribute("aria-label", `${this.group.title}, update ${step}: ${words.join(", ")}`);
  }
}

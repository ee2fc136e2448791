/** The page that shows where the time goes: by layer, forward and backward, and kernel by kernel. */
import { Notice } from "../../components/announcer.ts";
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { Progress } from "../../components/progress.ts";
import { segments } from "../../components/segments.ts";
import type { ProfileReport } from "../../engine-bridge.ts";
import { isAbort, type KernelsCompiled, type PartsDone } from "../../engine-calls.ts";
import type { Page, Studio } from "../page.ts";
import { kernelStrip } from "./kernel-strip.ts";
import { kernelTable } from "./kernel-table.ts";
import { layerBars, phaseLegend } from "./layer-bars.ts";
import { formatAmount, formatRate, formatTime, MEASURES, type Measure, remarks, totalOf } from "./measure.ts";
import { SubjectPicker } from "./subject-picker.ts";

export const profilePage: Page = {
  route: "profile",
  title: "Profile",
  mount: (host, studio) => void new ProfilePage(host, studio),
};

class ProfilePage {
  readonly #studio: Studio;
  readonly #notice = new Notice();
  readonly #progress: Progress;
  readonly #subjects: SubjectPicker;
  readonly #run: HTMLButtonElement;
  readonly #result = element("div", { class: "profile-result" });
  #work = new AbortController();

  constructor(host: HTMLElement, studio: Studio) {
    this.#studio = studio;
    this.#progress = new Progress("runs", studio.announcer, () => this.#work.abort());
    this.#subjects = new SubjectPicker(studio.engine.connection.subjects);
    this.#run = button(
      { class: "button primary", "data-action": "profile" },
      () => void this.#start(),
      icon("play"),
      "Measure",
    );
    this.#result.append(
      element(
        "p",
        { class: "profile-empty" },
        "Choose what runs, and press Measure: its layers and kernels appear here.",
      ),
    );
    host.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", { tabindex: -1 }, "Where does the time go?"),
        element(
          "p",
          {},
          "A network runs here, and every kernel of it is timed by the GPU's own clock: by layer, forward and backward.",
        ),
      ),
      element(
        "div",
        { class: "workbench profile-bench" },
        element(
          "div",
          { class: "workbench-main profile-main" },
          this.#notice.element,
          this.#progress.element,
          this.#result,
        ),
        element(
          "aside",
          { class: "panel", "aria-label": "What to measure" },
          this.#subjects.element,
          element("div", { class: "panel-actions" }, this.#run),
        ),
      ),
    );
  }

  async #start(): Promise<void> {
    const { engine, announcer } = this.#studio;
    this.#work = new AbortController();
    this.#notice.clear();
    this.#run.disabled = true;
    this.#progress.start("Preparing");
    // On a phone it lies a screen below the button.
    this.#progress.element.scrollIntoView({ block: "nearest" });
    try {
      const onProgress = (told: PartsDone | KernelsCompiled) => {
        if ("done" in told) this.#progress.update(told.done, told.total);
        const compiles = "compiled" in told && told.compiled < told.asked;
        this.#progress.stage(compiles ? `Compiling ${told.compiled}/${told.asked} kernels` : "Measuring");
      };
      const { id, side } = this.#subjects.chosen;
      const report = await engine.call("profile", [id, side], { signal: this.#work.signal, onProgress });
      this.#result.replaceChildren(...this.#view(report));
      announcer.say(`${report.kernels.length} kernels measured.`);
    } catch (error) {
      if (isAbort(error)) announcer.say("Cancelled.");
      else
        this.#notice.show(
          "The measurement could not be finished.",
          error instanceof Error ? error.message : String(error),
        );
    } finally {
      this.#progress.stop();
      this.#run.disabled = false;
    }
  }

  #view(report: ProfileReport): HTMLElement[] {
    const { title, timed, kernels, layers, runs } = report;
    const remark = remarks(report);
    const chart = element("div", { class: "chart" });
    const draw = (measure: Measure) =>
      chart.replaceChildren(
        phaseLegend(layers, measure),
        kernelStrip(kernels, measure),
        layerBars(layers, measure),
      );
    const offered = MEASURES.filter(({ measure }) => timed || measure !== "milliseconds");
    draw(offered[0]?.measure ?? "bytes");
    const trace = button(
      { class: "button quiet", "data-action": "trace" },
      () => this.#saveTrace(report),
      icon("download"),
      "Download trace",
    );
    return [
      element("h2", { class: "profile-title" }, title, element("small", {}, ` · mean of ${runs} runs`)),
      summary(report),
      ...(remark === "" ? [] : [element("p", { class: "note", "data-note": "clock" }, remark)]),
      element(
        "section",
        { class: "card", "aria-label": "By layer" },
        element(
          "div",
          { class: "card-head" },
          element("h2", {}, "By layer"),
          segments(
            "Measure",
            offered.map(({ measure, title }) => ({ value: measure, title })),
            draw,
          ).element,
        ),
        chart,
        element(
          "p",
          { class: "fine" },
          "A kernel that computes for several layers counts for the first of them.",
        ),
      ),
      element(
        "section",
        { class: "card", "aria-label": "By kernel" },
        element("div", { class: "card-head" }, element("h2", {}, "By kernel"), ...(timed ? [trace] : [])),
        kernelTable(kernels, timed, (message) => this.#studio.announcer.say(message)),
        ...(timed ? [element("p", { class: "fine" }, "The trace opens in ", traceViewer(), ".")] : []),
      ),
    ];
  }

  #saveTrace({ trace, title }: ProfileReport): void {
    const file = new Blob([trace], { type: "application/json" });
    const name = `${title.replace(/[^\w.-]+/g, "-").replace(/^-|-$/g, "")}.trace.json`;
    const link = element("a", { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.#studio.announcer.say(`${name} saved.`);
  }
}

const traceViewer = (): HTMLElement =>
  element("a", { href: "https://ui.perfetto.dev", target: "_blank", rel: "noreferrer" }, "ui.perfetto.dev");

/** The sums of a run. */
function summary({ timed, kernels, layers, wall, submits }: ProfileReport): HTMLElement {
  const [time, flops, bytes] = (["milliseconds", "flops", "bytes"] as const).map((of) =>
    totalOf(layers, of),
  ) as [number, number, number];
  const facts: readonly (readonly [string, string])[] = [
    ...(timed ? [["Kernels' time", formatTime(time)] as const] : []),
    ["On the wall", formatTime(wall)],
    ["Kernels", `${kernels.length} in ${submits} ${submits === 1 ? "submit" : "submits"}`],
    ["Arithmetic", formatAmount(flops, "flops")],
    ...(timed ? [["Speed", `${formatRate(flops, time)} GFLOP/s`] as const] : []),
    ["Read and written", formatAmount(bytes, "bytes")],
  ];
  const items = facts.map(([term, value]) =>
    element("div", { class: "figure" }, element("dt", {}, term), element("dd", {}, value)),
  );
  return element("dl", { class: "figures" }, ...items);
}

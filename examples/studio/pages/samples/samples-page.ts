/** Draws samples of shipped weights: rows of classes, walks, and what was made on the way. */
import { Notice } from "../../components/announcer.ts";
import { button, element, uniqueId } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { imageCanvas } from "../../components/image-canvas.ts";
import { formatDuration } from "../../components/time-left.ts";
import { type LabClient, openLab } from "../../lab/client.ts";
import type { ModelEntry, Sampled, SystemEntry } from "../../lab/types.ts";
import { currentRoute, linkTo, routeState, writeRouteState } from "../../router.ts";
import type { Studio } from "../page.ts";
import type { SamplesPage } from "./index.ts";

interface Choice {
  readonly system: SystemEntry;
  readonly model: ModelEntry;
}

/** Pictures in a row, or in all. */
const COUNTS = { least: 2, most: 64, usual: 10 } as const;

export async function mountSamplesPage(host: HTMLElement, studio: Studio, of: SamplesPage): Promise<void> {
  const client = await openLab(studio.engine.runsIn === "worker");
  const choices = client.systems
    .filter(of.wanted)
    .flatMap((system) => system.shipped.map((model): Choice => ({ system, model })));
  host.append(
    element(
      "header",
      { class: "page-head" },
      element("h1", { tabindex: -1 }, of.heading),
      element("p", {}, of.lead),
    ),
  );
  if (choices.length > 0) new SamplesView(host, studio, client, of.route, choices);
  else host.append(nothing(of, client.systems.find(of.wanted)));
}

/** Says plainly what is missing, and what can be done instead. */
function nothing({ missing }: SamplesPage, system: SystemEntry | undefined): HTMLElement {
  return element(
    "div",
    { class: "profile-empty", "data-note": "no-weights" },
    element("p", {}, missing),
    ...(system
      ? [
          element(
            "p",
            {},
            element("a", { href: `${linkTo("train")}?system=${system.name}` }, `Train ${system.title} here`),
          ),
        ]
      : []),
  );
}

class SamplesView {
  readonly #studio: Studio;
  readonly #client: LabClient;
  readonly #route: string;
  readonly #choices: readonly Choice[];
  readonly #model = element("select", { class: "select", "data-control": "model" });
  readonly #class = element("select", { class: "select", "data-control": "class" });
  readonly #classRow: HTMLElement;
  readonly #walk: HTMLInputElement;
  readonly #count: HTMLInputElement;
  readonly #seed: HTMLInputElement;
  readonly #about = element("p", { class: "fine" });
  readonly #facts = element("p", { class: "fine", role: "status", "data-fact": "samples" });
  readonly #rows = element("div", { class: "sample-rows" });
  readonly #steps = element("section", { class: "sample-steps", "aria-label": "Level by level" });
  readonly #notice = new Notice();
  /** The newest request: an answer to an older one is not shown. */
  #asked = 0;

  constructor(
    host: HTMLElement,
    studio: Studio,
    client: LabClient,
    route: string,
    choices: readonly Choice[],
  ) {
    this.#studio = studio;
    this.#client = client;
    this.#route = route;
    this.#choices = choices;
    const state = currentRoute() === route ? routeState() : new URLSearchParams();
    this.#model.append(...choices.map(({ model }, k) => element("option", { value: k }, model.title)));
    const wanted = choices.findIndex(({ model }) => model.name === state.get("model"));
    this.#model.value = String(Math.max(wanted, 0));
    this.#walk = element("input", {
      type: "checkbox",
      "data-control": "walk",
      checked: state.get("walk") === "1",
    });
    const number = (control: string, value: number, least: number, most: number) =>
      element("input", {
        ...{ type: "number", class: "text-field", "data-control": control },
        ...{ min: least, max: most, value, inputmode: "numeric" },
      });
    const given = (name: string, usual: number) => {
      const value = Number(state.get(name) ?? usual);
      return Number.isSafeInteger(value) && value >= 0 ? value : usual;
    };
    this.#count = number("count", given("count", COUNTS.usual), COUNTS.least, COUNTS.most);
    this.#seed = number("seed", given("seed", 1), 0, 2 ** 31);
    this.#classRow = field("Class", this.#class);
    const dice = button(
      { class: "button primary", "data-action": "draw" },
      () => {
        this.#seed.value = String(Number(this.#seed.value) + 1);
        void this.#draw();
      },
      icon("sparkle"),
      "New noise",
    );
    for (const control of [this.#class, this.#walk, this.#count, this.#seed])
      control.addEventListener("change", () => void this.#draw());
    this.#model.addEventListener("change", () => void this.#open());
    host.append(
      element(
        "div",
        { class: "workbench" },
        element(
          "div",
          { class: "sampling card" },
          this.#notice.element,
          this.#rows,
          this.#steps,
          this.#facts,
        ),
        element(
          "aside",
          { class: "panel", "aria-label": "What is drawn" },
          field("Weights", this.#model),
          this.#about,
          this.#classRow,
          element("label", { class: "tick" }, this.#walk, "Walk from one to another"),
          field("Pictures in a row", this.#count),
          field("Seed of the noise", this.#seed),
          element("div", { class: "panel-actions" }, dice),
        ),
      ),
    );
    void this.#open(state.get("class") ?? "");
  }

  get #choice(): Choice {
    return this.#choices[Number(this.#model.value)] as Choice;
  }

  /** Reads the chosen weights and draws. */
  async #open(chosen = ""): Promise<void> {
    const { system, model } = this.#choice;
    this.#about.textContent = `${model.description} ${system.paper}.`;
    try {
      const classes = await this.#client.lab.classes(system.name, model.name);
      this.#classRow.hidden = classes.length === 0;
      this.#class.replaceChildren(
        element("option", { value: "" }, "all, a row each"),
        ...classes.map((name) => element("option", { value: name }, name)),
      );
      this.#class.value = classes.includes(chosen) ? chosen : "";
      await this.#draw();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #draw(): Promise<void> {
    const { system, model } = this.#choice;
    const count = Math.min(
      Math.max(Math.round(Number(this.#count.value)) || COUNTS.usual, COUNTS.least),
      COUNTS.most,
    );
    const seed = Math.max(Math.round(Number(this.#seed.value)) || 0, 0);
    const [name, walk] = [this.#class.value, this.#walk.checked];
    this.#asked += 1;
    const asked = this.#asked;
    writeRouteState(
      this.#route,
      new URLSearchParams({
        model: model.name,
        ...(name !== "" && { class: name }),
        ...(walk && { walk: "1" }),
        count: String(count),
        seed: String(seed),
      }),
    );
    this.#rows.classList.add("stale");
    try {
      const request = { count, seed, walk, ...(name !== "" && { class: name }) };
      const sampled = await this.#client.lab.sample({ system: system.name, model: model.name, request });
      if (asked !== this.#asked) return;
      this.#notice.clear();
      this.#show(sampled);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#rows.classList.remove("stale");
    }
  }

  #show({ rows, labels, steps, milliseconds }: Sampled): void {
    const pictures = rows.reduce((sum, row) => sum + row.length, 0);
    // The last row of a sheet may be shorter; its pictures are not to be larger.
    this.#rows.style.setProperty("--columns", String(Math.max(...rows.map((row) => row.length))));
    this.#rows.replaceChildren(
      ...rows.map((row, k) => {
        const label = labels[k];
        const named = label === undefined ? `Row ${k + 1}` : label;
        return element(
          "div",
          { class: "sample-row" },
          ...(label === undefined ? [] : [element("span", { class: "sample-label" }, label)]),
          element(
            "div",
            { class: "sample-pictures" },
            ...row.map((image, column) => imageCanvas(image, `${named}, picture ${column + 1}`)),
          ),
        );
      }),
    );
    this.#steps.hidden = steps.length === 0;
    this.#steps.replaceChildren(
      ...steps.map(({ name, image }) =>
        element(
          "figure",
          {},
          imageCanvas(image, stepWords(name)),
          element("figcaption", {}, stepWords(name)),
        ),
      ),
    );
    this.#facts.textContent = `${pictures} pictures in ${formatDuration(milliseconds)}.`;
    this.#studio.announcer.say(this.#facts.textContent);
  }

  #fail(error: unknown): void {
    this.#notice.show("Nothing could be drawn.", error instanceof Error ? error.message : String(error));
  }
}

/** Names of a pyramid's files in words: l16, h16, I16. */
function stepWords(name: string): string {
  const [, kind = "", side = ""] = /^([lhI])(\d+)$/.exec(name) ?? [];
  const words: Readonly<Record<string, string>> = {
    l: `enlarged to ${side} pixels`,
    h: `the residual that is added at ${side} pixels`,
    I: `the picture at ${side} pixels`,
  };
  return words[kind] ?? name;
}

const fieldId = () => uniqueId("field");

function field(title: string, control: HTMLElement): HTMLElement {
  control.id = fieldId();
  return element("div", { class: "field" }, element("label", { for: control.id }, title), control);
}

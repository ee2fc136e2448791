/** What is to be trained, on what, and how: built from what each system says of itself. All of it stands in the address. */
import { button, element, uniqueId } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import type { LabClient } from "../../lab/client.ts";
import { type OptionEntry, REHEARSAL, type SystemEntry, type Wishes } from "../../lab/types.ts";
import { droppedPaths, pathedFiles, type PathedFile } from "../../../../models/datasets/open-browser.ts";

/** A picture of the site that super-resolution can be tried on. */
const SAMPLE_PICTURE = "samples/parrots.png";
/** Names in the address that are no options of a system. */
const OWN = ["system", "preset", "stage", "data", "look"];

export class SetupForm {
  readonly element: HTMLElement;
  readonly #client: LabClient;
  readonly #system = element("select", { class: "select", "data-control": "system" });
  readonly #preset = element("select", { class: "select", "data-control": "preset" });
  readonly #stage = element("select", { class: "select", "data-control": "stage" });
  readonly #data = element("select", { class: "select", "data-control": "data" });
  readonly #about = element("p", { class: "fine" });
  readonly #presetWords = element("p", { class: "fine" });
  readonly #dataWords = element("p", { class: "fine" });
  readonly #stageRow: HTMLElement;
  readonly #options = element("div", { class: "option-fields" });
  readonly #onChange: () => void;
  readonly #onProblem: (problem: string) => void;
  #given = new Map<string, string | boolean>();

  /**
   * @param state of the address
   * @param onChange called when anything is changed
   * @param onProblem told what is wrong with dropped files
   */
  constructor(
    client: LabClient,
    state: URLSearchParams,
    { onChange, onProblem }: { readonly onChange: () => void; readonly onProblem: (problem: string) => void },
  ) {
    this.#client = client;
    this.#onChange = onChange;
    this.#onProblem = onProblem;
    this.#stageRow = field("Stage", this.#stage);
    this.#system.append(...client.systems.map(({ name, title }) => option(name, title)));
    this.#system.addEventListener("change", () => {
      this.#given.clear();
      this.#fill(new URLSearchParams());
      onChange();
    });
    this.#preset.addEventListener("change", () => this.#changed());
    this.#stage.addEventListener("change", () => this.#changed());
    this.#data.addEventListener("change", () => {
      this.#fillPresets(this.#preset.value);
      this.#changed();
    });
    this.element = element(
      "div",
      { class: "setup" },
      field("System", this.#system),
      this.#about,
      field("Preset", this.#preset),
      this.#presetWords,
      this.#stageRow,
      field("Data", this.#data),
      this.#dataWords,
      this.#dropButtons(),
      element("details", { class: "options" }, element("summary", {}, "Options"), this.#options),
    );
    this.fill(state);
  }

  /** Takes over what an address says. */
  fill(state: URLSearchParams): void {
    const { systems } = this.#client;
    const known = systems.some(({ name }) => name === state.get("system"));
    this.#system.value = known ? (state.get("system") as string) : firstOf(systems);
    this.#fill(state);
  }

  get system(): SystemEntry {
    return this.#client.systems.find(({ name }) => name === this.#system.value) as SystemEntry;
  }

  get wishes(): Wishes {
    return {
      system: this.system.name,
      preset: this.#preset.value,
      stage: this.system.stages.length > 0 ? this.#stage.value : undefined,
      data: this.#data.value,
      given: Object.fromEntries(this.#given),
    };
  }

  /** For the address. */
  get state(): URLSearchParams {
    const { system, preset, stage, data } = this.wishes;
    const state = new URLSearchParams({ system, preset, ...(stage !== undefined && { stage }), data });
    for (const [name, value] of this.#given) state.set(name, String(value));
    return state;
  }

  /** Takes over what a run was asked for that is kept. */
  show({ system, preset, stage, data, given }: Wishes): void {
    this.#system.value = system;
    const options = Object.entries(given).map(([name, value]) => [name, String(value)] as const);
    this.#fill(
      new URLSearchParams([
        ...(stage === undefined ? [] : [["stage", stage] as [string, string]]),
        ["preset", preset],
        ["data", data],
        ...options.map(([name, value]) => [name, value] as [string, string]),
      ]),
    );
  }

  /** Takes files that were dropped onto the page. */
  async take(files: readonly PathedFile[]): Promise<void> {
    if (files.length === 0) return;
    try {
      const name = await this.#client.lab.drop(files);
      const { dropped } = this.#client;
      if (!dropped.includes(name)) dropped.push(name);
      this.#fillData(name);
      this.#fillPresets(this.#preset.value);
      this.#changed();
    } catch (error) {
      this.#onProblem((error as Error).message);
    }
  }

  #changed(): void {
    this.#describe();
    this.#onChange();
  }

  #fill(state: URLSearchParams): void {
    const { stages, options } = this.system;
    this.#stage.replaceChildren(...stages.map((name) => option(name, name)));
    if (stages.includes(state.get("stage") ?? "")) this.#stage.value = state.get("stage") as string;
    this.#stageRow.hidden = stages.length === 0;
    this.#fillData(state.get("data") ?? undefined);
    this.#fillPresets(state.get("preset"));
    this.#given = new Map(
      options.flatMap(({ name, kind }) => {
        const written = OWN.includes(name) ? null : state.get(name);
        if (written === null) return [];
        return [[name, kind === "flag" ? written === "true" : written] as const];
      }),
    );
    this.#options.replaceChildren(...options.map((one) => this.#optionField(one)));
    this.#describe();
  }

  /** On random numbers there are networks too that are too small to learn from anything else. */
  #fillPresets(wanted: string | null): void {
    const { presets, rehearsals, usual } = this.system;
    const small = this.#data.value === REHEARSAL ? rehearsals : [];
    const offered = [...presets, ...small.map((name) => ({ name, title: `${name}, to see it at work` }))];
    this.#preset.replaceChildren(...offered.map(({ name, title }) => option(name, title)));
    this.#preset.value = offered.find(({ name }) => name === wanted)?.name ?? usual;
  }

  #fillData(wanted?: string): void {
    const { builtIn, samples } = this.system;
    const pictures = builtIn.length === 0 && !samples ? [SAMPLE_PICTURE] : [];
    const names = [...this.#client.dropped, ...builtIn, ...pictures, REHEARSAL];
    this.#data.replaceChildren(...names.map((name) => option(name, name.replaceAll("-", " "))));
    this.#data.value = names.find((name) => name === wanted) ?? builtIn[0] ?? names[0] ?? REHEARSAL;
  }

  #describe(): void {
    const { summary, presets, data, paper } = this.system;
    this.#about.textContent = `${capital(summary)}. ${paper}.`;
    this.#presetWords.textContent = presets.find(({ name }) => name === this.#preset.value)?.sentence ?? "";
    this.#dataWords.textContent =
      this.#data.value === REHEARSAL
        ? "Nothing can be learned of random numbers: this shows the machinery at work, on a small network."
        : `It takes ${data}.`;
  }

  #optionField(entry: OptionEntry): HTMLElement {
    const { name, kind, help, words, usual } = entry;
    const id = uniqueId(`option-${name}`);
    const about = element("p", { class: "fine", id: `${id}-help` }, capital(help));
    const problem = element("p", { class: "field-problem", role: "alert" });
    const written = this.#given.get(name);
    const common = { id, "aria-describedby": `${id}-help`, "data-option": name };
    const set = async (value: string | boolean) => {
      if (value === "" || value === false) this.#given.delete(name);
      else this.#given.set(name, value);
      problem.textContent =
        typeof value === "string" && value !== ""
          ? await this.#client.lab.checkOption(this.system.name, name, value)
          : "";
      input.setAttribute("aria-invalid", String(problem.textContent !== ""));
      this.#onChange();
    };
    let input: HTMLInputElement | HTMLSelectElement;
    if (kind === "flag") {
      const box = element("input", { type: "checkbox", ...common, checked: written === true });
      box.addEventListener("change", () => void set(box.checked));
      input = box;
    } else if (words.length > 0 || kind === "switch") {
      const offered = kind === "switch" ? ["on", "off"] : words;
      const select = element("select", { class: "select", ...common }, option("", "as the preset has it"));
      select.append(...offered.map((word) => option(word, word)));
      select.value = String(written ?? "");
      select.addEventListener("change", () => void set(select.value));
      input = select;
    } else {
      const numeric = kind === "number" || kind === "whole";
      input = element("input", {
        type: "text",
        class: "text-field",
        inputmode: numeric ? "decimal" : "text",
        autocomplete: "off",
        placeholder: usual === undefined ? "" : String(usual),
        value: String(written ?? ""),
        ...common,
      });
      const typed = input;
      typed.addEventListener("change", () => void set(typed.value.trim()));
    }
    return element(
      "div",
      { class: "option" },
      element("div", { class: "field" }, element("label", { for: id }, name), input),
      about,
      problem,
    );
  }

  #dropButtons(): HTMLElement {
    const input = (attributes: Record<string, boolean>) => {
      const made = element("input", {
        type: "file",
        class: "visually-hidden",
        tabindex: -1,
        "aria-hidden": "true",
        ...attributes,
      });
      made.addEventListener("change", () => {
        void this.take(pathedFiles(made.files ?? []));
        made.value = "";
      });
      return made;
    };
    const [folder, files] = [input({ webkitdirectory: true }), input({ multiple: true })];
    const choose = (what: HTMLInputElement, words: string) =>
      button({ class: "button quiet" }, () => what.click(), icon("image"), words);
    return element(
      "div",
      { class: "drop-row" },
      choose(folder, "Own folder"),
      choose(files, "Own files"),
      folder,
      files,
    );
  }
}

/** Takes folders and files that are dropped onto a page while it is on screen. */
export function acceptDrops(host: HTMLElement, take: (files: readonly PathedFile[]) => void): void {
  document.addEventListener("dragover", (event) => {
    if (!host.hidden && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (host.hidden || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    void droppedPaths(event.dataTransfer).then(take);
  });
}

const option = (value: string, title: string): HTMLOptionElement => element("option", { value }, title);

function field(title: string, control: HTMLElement): HTMLElement {
  return element("label", { class: "field" }, element("span", {}, title), control);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What needs no data and shows most comes first. */
const firstOf = (systems: readonly SystemEntry[]): string =>
  systems.find(({ name }) => name === "toy")?.name ?? (systems[0] as SystemEntry).name;

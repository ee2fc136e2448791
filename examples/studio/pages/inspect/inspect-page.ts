/** Any layer of any network while it trains: activations, weights, gradients, statistics, and the kernels that it became. */
import { Notice } from "../../components/announcer.ts";
import { onColourScheme } from "../../components/colours.ts";
import { button, element, prefersReducedMotion, uniqueId } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { segments } from "../../components/segments.ts";
import { claimRun, type LabClient, openLab, runBefore } from "../../lab/client.ts";
import { select } from "../../lab/selector.ts";
import {
  type DrawnLayer,
  type Look,
  type News,
  type RunFacts,
  type Standing,
  VIEWS,
  type View,
  type Wanted,
} from "../../lab/types.ts";
import { currentRoute, followRoutes, routeState, writeRouteState } from "../../router.ts";
import type { Studio } from "../page.ts";
import { acceptDrops, SetupForm } from "../train/setup-form.ts";
import { KernelView } from "./kernel-view.ts";
import { lookView } from "./look-view.ts";
import { NetworkView } from "./network-view.ts";
import { isPicture } from "./words.ts";

const ROUTE = "inspect";
/** What is looked into unless the address or a run says otherwise. */
const FIRST = { system: "cgan" };

const VIEW_WORDS: Readonly<Record<View, string>> = {
  out: "Activation",
  grad: "Gradient there",
  weight: "Weight",
  "weight-grad": "Its gradient",
};

export async function mountInspectPage(host: HTMLElement, studio: Studio): Promise<void> {
  new InspectPage(host, studio, await openLab(studio.engine.runsIn === "worker"));
}

class InspectPage {
  readonly #studio: Studio;
  readonly #client: LabClient;
  readonly #form: SetupForm;
  readonly #notice = new Notice();
  readonly #status = element("p", { class: "run-status", role: "status", "data-status": "inspect" });
  readonly #networks = element("div", { class: "networks" });
  readonly #looks = element("div", { class: "looks" });
  readonly #closely = element("aside", { class: "card closely", "aria-label": "What the layer does" });
  readonly #problem = element("p", { class: "field-problem", role: "alert" });
  readonly #what = element("strong", { "data-fact": "inspected" });
  readonly #selector: HTMLInputElement;
  readonly #kernels: KernelView;
  readonly #train: HTMLButtonElement;
  readonly #one: HTMLButtonElement;
  readonly #views = segments(
    "What of it",
    VIEWS.map((value) => ({ value, title: VIEW_WORDS[value] })),
    (view) => this.#choose(this.#chosen, view, ""),
  );
  #drawn: readonly NetworkView[] = [];
  #layers: readonly DrawnLayer[] = [];
  #chosen: readonly string[] = [];
  #view: View = "out";
  #part = "";
  #look: Look | undefined;
  #facts: RunFacts | undefined;
  #standing: Standing | undefined;
  /** The run that is open is none of this page's wishes any more. */
  #stale = true;
  #running = false;
  #opening: Promise<void> = Promise.resolve();

  constructor(host: HTMLElement, studio: Studio, client: LabClient) {
    this.#studio = studio;
    this.#client = client;
    const given = stateNow() ?? new URLSearchParams(FIRST);
    this.#form = new SetupForm(client, given, {
      onChange: () => this.#open(),
      onProblem: (problem) => this.#notice.show("These files cannot be used.", problem),
    });
    this.#kernels = new KernelView(
      () => this.#measured(),
      (words) => studio.announcer.say(words),
    );
    this.#train = button({ class: "button primary", "data-action": "train" }, () => void this.#toggle());
    this.#one = button(
      { class: "button quiet", "data-action": "one" },
      () => void this.#run(1),
      icon("plus"),
      "One update",
    );
    this.#selector = element("input", {
      type: "text",
      id: uniqueId("selector"),
      class: "text-field selector",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "generator.*:grad[0]",
      "data-control": "selector",
    });
    this.#selector.addEventListener("change", () => this.#written());
    host.append(...this.#parts());
    onColourScheme(() => this.#draw());
    acceptDrops(host, (files) => void this.#form.take(files));
    followRoutes(() => this.#shownAgain());
    this.#selector.value = given.get("look") ?? "";
    this.#open();
  }

  #parts(): HTMLElement[] {
    const head = element(
      "header",
      { class: "page-head" },
      element("h1", { tabindex: -1 }, "Inside a network, while it learns"),
      element(
        "p",
        {},
        "Point at a layer: what it puts out, what it is told to change, its weights, and the kernels that compute it, update after update.",
      ),
    );
    const bar = element(
      "div",
      { class: "inspect-bar card" },
      element("div", { class: "run-buttons" }, this.#train, this.#one),
      this.#status,
      element(
        "details",
        { class: "inspected" },
        element("summary", {}, "Looks into ", this.#what),
        this.#form.element,
      ),
    );
    const selector = element(
      "label",
      { class: "field selector-field" },
      element("span", {}, "Selector"),
      this.#selector,
    );
    this.#closely.append(this.#views.element, selector, this.#problem, this.#looks, this.#kernels.element);
    const drawing = element("div", { class: "card drawing" }, this.#networks);
    return [
      head,
      this.#notice.element,
      bar,
      element("div", { class: "inspect-bench" }, drawing, this.#closely),
    ];
  }

  /** Opens the run that the form asks for, one after the other. */
  #open(): void {
    this.#stale = true;
    this.#opening = this.#opening.then(() => this.#guarded(() => this.#ready()));
  }

  async #ready(): Promise<void> {
    if (!this.#stale) return;
    const { lab, heard } = this.#client;
    const wishes = this.#form.wishes;
    const state = this.#form.state;
    this.#status.textContent = "Opening…";
    this.#what.textContent = `${this.#form.system.title}, ${wishes.preset}, ${wishes.data.replaceAll("-", " ")}`;
    this.#look = undefined;
    this.#looks.replaceChildren(element("p", { class: "fine" }, "Shown with the first update."));
    this.#kernels.clear();
    const kept = await lab.kept(wishes);
    claimRun(state, this.#lost);
    this.#facts = await lab.begin(
      wishes,
      kept !== undefined,
      heard((news: News) => this.#hear(news)),
    );
    this.#standing = { ...this.#facts, ended: this.#facts.step >= this.#facts.steps };
    this.#stale = false;
    this.#layers = await lab.drawing();
    this.#drawNetworks();
    if (this.#selector.value === "" || !this.#written()) this.#chooseFirst();
    this.#write();
  }

  /** Another page has begun a run. */
  readonly #lost = (): void => {
    this.#stale = true;
    void this.#client.lab.inspect(undefined);
  };

  /** The address has changed: to this page with another run, or away from it. */
  #shownAgain(): void {
    if (currentRoute() !== ROUTE) {
      if (!this.#stale) void this.#client.lab.inspect(undefined);
      return;
    }
    const state = stateNow() ?? this.#form.state;
    const selector = state.get("look");
    state.delete("look");
    const differs = state.toString() !== this.#form.state.toString();
    if (selector !== null) this.#selector.value = selector;
    if (differs) this.#form.fill(state);
    if (differs || this.#stale) this.#open();
    else this.#tell();
  }

  #chooseFirst(): void {
    const result = this.#layers.find(({ layer }) => !layer.includes(".")) ?? this.#layers.at(-1);
    if (result) this.#choose([result.layer], "out", "");
  }

  #drawNetworks(): void {
    const names = [...new Set(this.#layers.map(({ layer }) => layer.split(".")[0] as string))];
    this.#drawn = names.map(
      (name) => new NetworkView(name, this.#layers, (layer, pointed) => this.#pick(layer, pointed)),
    );
    this.#networks.replaceChildren(...this.#drawn.map((view) => view.element));
  }

  /** @param pointed by a finger or a mouse: where the numbers are far below the drawing, they come */
  #pick(layer: string, pointed: boolean): void {
    this.#choose([layer], this.#view, "");
    if (pointed && this.#closely.getBoundingClientRect().top > innerHeight - 120)
      this.#closely.scrollIntoView({ behavior: prefersReducedMotion() ? "auto" : "smooth" });
  }

  #choose(layers: readonly string[], view: View, part: string): void {
    [this.#chosen, this.#view, this.#part] = [layers, view, part];
    this.#views.choose(view);
    const [only = ""] = layers;
    if (layers.length === 1) this.#selector.value = `${only}:${view}${part === "" ? "" : `[${part}]`}`;
    this.#problem.textContent = "";
    for (const drawn of this.#drawn) drawn.mark(layers);
    this.#kernels.show(layers);
    this.#writeAddress();
    this.#tell();
  }

  #written(): boolean {
    try {
      const { layers, view, part } = select(
        this.#selector.value,
        this.#layers.map(({ layer }) => layer),
      );
      this.#choose(layers, view, part);
      return true;
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
      return false;
    }
  }

  /** What is wanted; of what a network makes the gradient too: it is all that the other tells it. */
  #tell(): void {
    const wanted = this.#chosen.flatMap((layer): Wanted[] => {
      const own = { layer, view: this.#view, part: this.#part };
      return this.#view === "out" && !layer.includes(".") ? [own, { ...own, view: "grad" }] : [own];
    });
    void this.#guarded(async () => {
      if (!this.#stale) await this.#client.lab.inspect(wanted);
    }, false);
  }

  async #toggle(): Promise<void> {
    if (this.#running) await this.#client.lab.pause();
    else await this.#run();
  }

  #run(updates?: number): Promise<void> {
    return this.#guarded(async () => {
      await this.#ready();
      this.#standing = await this.#client.lab.train(updates);
      const { step } = this.#standing;
      this.#studio.announcer.say(`Paused after update ${step}.`);
    });
  }

  async #measured() {
    let seen: Awaited<ReturnType<LabClient["lab"]["kernels"]>> | undefined;
    await this.#guarded(async () => {
      await this.#ready();
      this.#status.textContent = "Measuring an update…";
      seen = await this.#client.lab.kernels();
    });
    return seen;
  }

  /** Does what may take a while, and says what went wrong with it. @param busy whether buttons wait for it */
  async #guarded(work: () => Promise<void>, busy = true): Promise<void> {
    if (busy) {
      this.#running = true;
      this.#notice.clear();
      this.#refresh();
      this.#write();
    }
    try {
      await work();
    } catch (error) {
      this.#notice.show("This cannot be looked into.", (error as Error).message);
      this.#stale = true;
    } finally {
      if (busy) this.#running = false;
      this.#refresh();
      this.#write();
    }
  }

  #refresh(): void {
    const ended = !this.#stale && this.#standing?.ended === true;
    this.#train.replaceChildren(icon(this.#running ? "stop" : "play"), this.#running ? "Pause" : "Train");
    this.#train.disabled = ended && !this.#running;
    this.#one.disabled = this.#running || ended;
    this.#kernels.disabled = this.#running || ended;
    this.#status.dataset.running = String(this.#running);
  }

  #hear(news: News): void {
    if (news.kind === "measures") {
      this.#standing = news.standing;
      this.#write();
    } else if (news.kind === "compiling") {
      const { compiled, asked } = news;
      this.#status.textContent =
        compiled < asked ? `Compiling kernels, ${compiled} of ${asked}` : "Kernels are compiled and run…";
    } else if (news.kind === "look") {
      this.#look = news.look;
      this.#draw();
    }
  }

  #write(): void {
    if (!this.#standing || this.#stale) return;
    const { step, steps, ended } = this.#standing;
    const state = ended ? "All updates are made: " : this.#running ? "" : "Paused: ";
    const seen = this.#look ? ` · shown: update ${this.#look.step}` : "";
    this.#status.textContent = `${state}update ${step} of ${steps.toLocaleString("en")}${seen}`;
    this.#status.dataset.step = String(step);
  }

  #draw(): void {
    const look = this.#look;
    if (!look) return;
    if (wayOf(look.layers) !== wayOf(this.#layers)) {
      this.#layers = look.layers;
      this.#drawNetworks();
      for (const drawn of this.#drawn) drawn.mark(this.#chosen);
    }
    for (const [k, values] of look.small.entries()) {
      const { layer } = look.layers[k] as DrawnLayer;
      for (const drawn of this.#drawn) drawn.draw(layer, values, !isPicture(layer, values.shape));
    }
    this.#looks.dataset.step = String(look.step);
    if (look.problem !== "") this.#problem.textContent = look.problem;
    const open = this.#looks.querySelector("details")?.open ?? false;
    this.#looks.replaceChildren(...look.looked.map((each) => lookView(each, look.layers)));
    for (const details of this.#looks.querySelectorAll("details")) details.open = open;
    this.#write();
  }

  #writeAddress(): void {
    const state = this.#form.state;
    state.set("look", this.#selector.value);
    writeRouteState(ROUTE, state);
  }
}

/** The run that the address names, or else the one that was begun last on any page. */
function stateNow(): URLSearchParams | undefined {
  const given = routeState();
  const last = runBefore();
  return given.has("system") ? given : last && new URLSearchParams(last);
}

/** What of a drawing is drawn. */
const wayOf = (layers: readonly DrawnLayer[]): string =>
  JSON.stringify(layers.map(({ layer, shape, inputs, through }) => [layer, shape, inputs, through]));

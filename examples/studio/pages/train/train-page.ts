/** Trains any system in the page: start, pause, one update, slow motion; what is kept survives a reload. */
import { Notice } from "../../components/announcer.ts";
import { button, element, prefersReducedMotion } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { saveFile } from "../../components/save-file.ts";
import { claimRun, type LabClient, openLab } from "../../lab/client.ts";
import type { News, RunFacts, Standing } from "../../lab/types.ts";
import { linkTo, routeState, writeRouteState } from "../../router.ts";
import type { Studio } from "../page.ts";
import { Curves } from "./curves.ts";
import { InsideView } from "./inside.ts";
import { acceptDrops, SetupForm } from "./setup-form.ts";
import { SlowMotion } from "./slow-motion.ts";
import { Timeline } from "./timeline.ts";

const ROUTE = "train";
/** Lines of what the run says that stay on screen. */
const LINES = 40;
const CHECKPOINT = "checkpoint.safetensors";

export async function mountTrainPage(host: HTMLElement, studio: Studio): Promise<void> {
  new TrainPage(host, studio, await openLab(studio.engine.runsIn === "worker"));
}

class TrainPage {
  readonly #studio: Studio;
  readonly #client: LabClient;
  readonly #form: SetupForm;
  readonly #notice = new Notice();
  readonly #timeline = new Timeline();
  readonly #curves = new Curves();
  readonly #slow = new SlowMotion();
  readonly #inside: InsideView;
  readonly #status = element("p", { class: "run-status", role: "status", "data-status": "run" });
  readonly #bar = element("div", { class: "progress-fill" });
  readonly #log = element("ul", { class: "run-log", "aria-label": "What the run says" });
  readonly #start: HTMLButtonElement;
  readonly #one: HTMLButtonElement;
  readonly #slowly: HTMLButtonElement;
  readonly #resume: HTMLButtonElement;
  readonly #anew: HTMLButtonElement;
  readonly #files: HTMLElement;
  #facts: RunFacts | undefined;
  #standing: Standing | undefined;
  #running = false;
  /** Updates of the run of these wishes that is kept. */
  #kept: number | undefined;
  /** When the last report came, and at which update, for the pace. */
  #pace: { readonly time: number; readonly step: number } | undefined;
  #speed = 0;
  /** The form was changed since the run began. */
  #stale = true;

  constructor(host: HTMLElement, studio: Studio, client: LabClient) {
    this.#studio = studio;
    this.#client = client;
    this.#form = new SetupForm(client, routeState(), {
      onChange: () => this.#changed(),
      onProblem: (problem) => this.#notice.show("These files cannot be used.", problem),
    });
    this.#inside = new InsideView((on) => void client.lab.watch(on));
    const act = (
      action: string,
      name: "play" | "plus" | "sparkle" | "download" | "image",
      words: string,
      run: () => void,
      quiet = true,
    ) =>
      button(
        { class: quiet ? "button quiet" : "button primary", "data-action": action },
        run,
        icon(name),
        words,
      );
    this.#start = act("train", "play", "Train", () => void this.#toggle(), false);
    this.#one = act("one", "plus", "One update", () => void this.#train(1));
    this.#slowly = act("slow", "sparkle", "Slow motion", () => void this.#slowMotion());
    this.#resume = act("resume", "play", "", () => void this.#train(), false);
    this.#anew = act("anew", "sparkle", "Begin anew", () => void this.#anewNow());
    this.#files = this.#fileButtons();
    const main = element(
      "div",
      { class: "workbench-main train-main" },
      this.#notice.element,
      element(
        "div",
        { class: "run-bar card" },
        element(
          "div",
          { class: "run-buttons" },
          this.#start,
          this.#resume,
          this.#one,
          this.#slowly,
          this.#anew,
        ),
        this.#status,
        element("div", { class: "progress-bar", "aria-hidden": "true" }, this.#bar),
      ),
      this.#timeline.element,
      this.#slow.element,
      this.#curves.element,
      this.#inside.element,
      element(
        "details",
        { class: "card", open: true },
        element("summary", {}, element("h2", {}, "What the run says")),
        this.#log,
      ),
    );
    const panel = element(
      "aside",
      { class: "panel", "aria-label": "What is trained" },
      this.#form.element,
      this.#files,
    );
    host.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", { tabindex: -1 }, "Train a GAN, here"),
        element(
          "p",
          {},
          "Two networks learn against each other on your own GPU: watch what is made, stop at any update, and take one apart.",
        ),
      ),
      element("div", { class: "workbench train-bench" }, main, panel),
    );
    this.#inside.element.hidden = true;
    document.addEventListener("visibilitychange", () => void this.#hidden());
    acceptDrops(host, (files) => void this.#form.take(files));
    this.#changed();
  }

  #changed(): void {
    this.#stale = true;
    writeRouteState(ROUTE, this.#form.state);
    void this.#findKept();
    this.#refresh();
  }

  /** Another page has begun a run. */
  readonly #lost = (): void => {
    this.#stale = true;
    void this.#findKept();
  };

  /** Is there a run of these wishes that could go on? */
  async #findKept(): Promise<void> {
    this.#kept = await this.#client.lab.kept(this.#form.wishes);
    this.#refresh();
  }

  #refresh(): void {
    const idle = !this.#running;
    this.#status.dataset.running = String(this.#running);
    const live = this.#facts !== undefined && !this.#stale;
    const kept = this.#kept;
    this.#start.hidden = !live && kept !== undefined;
    this.#start.replaceChildren(icon(this.#running ? "stop" : "play"), this.#running ? "Pause" : "Train");
    this.#start.disabled = live && idle && this.#standing?.ended === true;
    this.#resume.hidden = live || kept === undefined;
    this.#resume.replaceChildren(icon("play"), `Go on from update ${kept ?? 0}`);
    this.#anew.hidden = !idle || (!live && kept === undefined);
    this.#one.disabled = !idle || (live && this.#standing?.ended === true);
    this.#slowly.disabled = !idle || (this.#facts !== undefined && live && !this.#facts.dissects);
    this.#files.hidden = !live && kept === undefined;
    if (!live && idle)
      this.#status.textContent =
        kept === undefined ? "Nothing runs yet." : `This run is kept in this browser, at update ${kept}.`;
  }

  async #toggle(): Promise<void> {
    if (this.#running) await this.#client.lab.pause();
    else await this.#train();
  }

  async #anewNow(): Promise<void> {
    await this.#guarded(async () => {
      await this.#begin(false);
      await this.#run();
    });
  }

  #train(updates?: number): Promise<void> {
    return this.#guarded(async () => {
      await this.#ready();
      await this.#run(updates);
    });
  }

  #slowMotion(): Promise<void> {
    return this.#guarded(async () => {
      const { dissects } = await this.#ready();
      if (!dissects)
        throw new Error(
          "Updates of this system cannot be taken apart; those of all games of two networks can.",
        );
      this.#status.textContent = "Taking an update apart…";
      const steps = await this.#client.lab.slowly();
      this.#slow.show(this.#standing?.step ?? 0, steps, !prefersReducedMotion());
    });
  }

  /** The run that the form asks for: the one under way, the one that is kept, or a new one. */
  async #ready(): Promise<RunFacts> {
    if (this.#facts && !this.#stale) return this.#facts;
    return this.#begin(this.#kept !== undefined);
  }

  async #begin(resume: boolean): Promise<RunFacts> {
    this.#status.textContent = "Preparing…";
    this.#pace = undefined;
    this.#timeline.clear();
    this.#log.replaceChildren();
    this.#slow.element.hidden = true;
    const wishes = this.#form.wishes;
    claimRun(this.#form.state, this.#lost);
    const follow = this.#client.heard((news: News) => this.#hear(news));
    const facts = await this.#client.lab.begin(wishes, resume, follow);
    this.#facts = facts;
    this.#standing = { step: facts.step, steps: facts.steps, ended: facts.step >= facts.steps };
    this.#stale = false;
    this.#curves.start(facts.measures);
    this.#inside.start(facts.dissects, `${linkTo("inspect")}?${this.#form.state}`);
    this.#refresh();
    this.#write();
    return facts;
  }

  async #run(updates?: number): Promise<void> {
    this.#pace = undefined;
    this.#standing = await this.#client.lab.train(updates);
    this.#write();
    const { step, ended } = this.#standing;
    this.#studio.announcer.say(ended ? `All ${step} updates are made.` : `Paused after update ${step}.`);
  }

  /** Does what takes a while, and says what went wrong with it. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    this.#running = true;
    this.#notice.clear();
    this.#refresh();
    try {
      await work();
    } catch (error) {
      const { name, message } = error as Error;
      const advice =
        name === "DeviceError" ? " Load the page again: the run goes on from its last checkpoint." : "";
      this.#notice.show("The training cannot go on.", message + advice);
      this.#stale = true;
    } finally {
      this.#running = false;
      await this.#findKept();
      if (this.#facts && !this.#stale) this.#write();
    }
  }

  #hear(news: News): void {
    if (news.kind === "measures") {
      this.#standing = news.standing;
      this.#curves.add(news.steps, news.values);
      this.#measurePace(news.standing.step);
      this.#write();
    } else if (news.kind === "compiling") {
      if (news.compiled < news.asked)
        this.#status.textContent = `Compiling kernels, ${news.compiled} of ${news.asked}`;
    } else if (news.kind === "say") this.#say(news.line);
    else if (news.kind === "scores") this.#curves.score(news.step, news.scores);
    else if (news.kind === "sheet") this.#timeline.add({ step: news.step, image: news.image });
    else if (news.kind === "scene") this.#timeline.add({ step: news.step, scene: news.scene });
    else if (news.kind === "inside") this.#inside.show(news.inside);
  }

  /** A browser may slow down a tab that nobody sees, or throw it away: what has been made is saved first. */
  async #hidden(): Promise<void> {
    if (document.visibilityState !== "hidden" || !this.#running) return;
    try {
      await this.#client.lab.keep();
      this.#say(`This tab was hidden: saved at update ${this.#standing?.step ?? 0}, and trained on.`);
    } catch (error) {
      this.#notice.show("The run could not be saved.", (error as Error).message);
    }
  }

  #say(line: string): void {
    const warns = /^update \d+: /.test(line);
    this.#log.append(element("li", warns ? { class: "note" } : {}, line));
    while (this.#log.children.length > LINES) this.#log.firstElementChild?.remove();
    if (warns) this.#studio.announcer.say(line);
  }

  #measurePace(step: number): void {
    const time = performance.now();
    if (this.#pace && step > this.#pace.step)
      this.#speed = (1000 * (step - this.#pace.step)) / (time - this.#pace.time);
    this.#pace = { time, step };
  }

  #write(): void {
    const { step, steps, ended } = this.#standing ?? { step: 0, steps: 1, ended: false };
    const pace =
      this.#running && this.#speed > 0
        ? ` · ${this.#speed < 10 ? this.#speed.toFixed(1) : Math.round(this.#speed)} updates a second`
        : "";
    const state = ended ? "All updates are made: " : this.#running ? "" : "Paused: ";
    this.#status.textContent = `${state}update ${step} of ${steps.toLocaleString("en")}${pace}`;
    this.#status.dataset.step = String(step);
    this.#bar.style.transform = `scaleX(${Math.min(step / steps, 1)})`;
  }

  #fileButtons(): HTMLElement {
    const save = (file: string, words: string) =>
      button(
        { class: "button quiet", "data-file": file },
        () => void this.#save(file),
        icon("download"),
        words,
      );
    const input = element("input", {
      type: "file",
      accept: ".safetensors",
      class: "visually-hidden",
      tabindex: -1,
      "aria-hidden": "true",
      "data-input": "checkpoint",
    });
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) void this.#adopt(file);
    });
    const open = button({ class: "button quiet" }, () => input.click(), icon("image"), "Open a checkpoint");
    return element(
      "div",
      { class: "file-buttons" },
      save(CHECKPOINT, "Checkpoint"),
      save("model.safetensors", "Weights"),
      save("log.jsonl", "Log"),
      open,
      input,
      element(
        "p",
        { class: "fine" },
        "A checkpoint goes on in the terminal, too, and one from there goes on here.",
      ),
      element(
        "p",
        { class: "fine" },
        "The run is saved in this browser at each pause, every two minutes, and when this tab is hidden; hidden, it trains on as fast as the browser lets it. In a second tab the same run cannot be opened.",
      ),
    );
  }

  async #save(name: string): Promise<void> {
    const bytes = await this.#client.lab.file(name);
    if (!bytes) {
      this.#studio.announcer.say("There is no such file yet.");
      this.#notice.show(
        "There is no such file yet.",
        "Weights are written when all updates are made, the rest at the first pause.",
      );
      return;
    }
    saveFile(`${this.#form.wishes.system}-${name}`, bytes);
    this.#studio.announcer.say(`${name} saved.`);
  }

  async #adopt(file: File): Promise<void> {
    await this.#guarded(async () => {
      this.#facts = undefined;
      const bytes = new Uint8Array(await file.arrayBuffer());
      this.#form.show(await this.#client.lab.adopt(bytes, this.#form.wishes));
      this.#stale = true;
      writeRouteState(ROUTE, this.#form.state);
    });
  }
}

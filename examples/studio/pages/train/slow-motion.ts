/** One update, step by step: seven of the discriminator's, seven of the generator's, each with the update's own numbers. */
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { pullView, short, tensorView } from "../../components/tensor-view.ts";
import type { Player, SubStep, SubStepKind } from "../../lab/types.ts";
import { layerNormBars } from "./layer-bars.ts";

/** Milliseconds that a step stays, at most 1.3 s. */
const STAY = 1250;

const WORDS: Readonly<Record<SubStepKind, { title: string; of: Readonly<Record<Player, string>> }>> = {
  noise: {
    title: "Noise",
    of: {
      discriminator: "Random numbers are drawn for each sample of the batch.",
      generator: "New random numbers: the generator is asked again, for its own move.",
    },
  },
  samples: {
    title: "Samples",
    of: {
      discriminator: "The generator turns the noise into samples; real ones are taken from the data.",
      generator: "The generator turns the noise into samples.",
    },
  },
  answers: {
    title: "Answers",
    of: {
      discriminator: "The discriminator says of each sample how likely it is real.",
      generator: "The discriminator, which has just learned, says how likely these are real.",
    },
  },
  loss: {
    title: "Loss",
    of: {
      discriminator: "How wrong it was: small when real samples get 1 and generated ones 0.",
      generator: "How well it was seen through: small when its samples are taken for real.",
    },
  },
  "picture-gradient": {
    title: "Gradient at the samples",
    of: {
      discriminator: "How the discriminator’s loss would change with each number of the generated samples.",
      generator:
        "What the generator is told, and all that it is told: how each number of its samples should change.",
    },
  },
  layers: {
    title: "Gradients by layer",
    of: {
      discriminator:
        "From the loss backwards: how strongly each layer of the discriminator is asked to change.",
      generator:
        "Through the discriminator into the generator: how strongly each of its layers is asked to change.",
    },
  },
  update: {
    title: "Update",
    of: {
      discriminator:
        "The optimiser’s step: how far the weights of each layer went. The generator stands still.",
      generator:
        "The optimiser’s step: how far the weights of each layer went. The discriminator stands still.",
    },
  },
};

/** Pictures, or of points in the plane where they are pulled. */
function viewsOf({ kind, tensors }: SubStep): HTMLElement[] {
  const [gradient, samples] = tensors;
  if (kind === "picture-gradient" && gradient && samples && samples.values.shape[1] === 2)
    return [pullView("against the gradient", samples.values, gradient.values)];
  return tensors.map(({ title, values, signed }) => tensorView(title, values, signed));
}

const NAMES: Readonly<Record<Player, string>> = { discriminator: "Discriminator", generator: "Generator" };

export class SlowMotion {
  readonly element: HTMLElement;
  readonly #list = element("ol", { class: "sub-steps" });
  readonly #stage = element("div", { class: "sub-step", "aria-live": "polite" });
  readonly #play: HTMLButtonElement;
  #steps: readonly SubStep[] = [];
  #at = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#play = button({ class: "button quiet", "data-action": "play-slow" }, () => this.#toggle());
    this.element = element(
      "section",
      { class: "card slow", hidden: true, "aria-label": "One update in slow motion" },
      element(
        "div",
        { class: "card-head" },
        element("h2", { class: "slow-title", tabindex: -1 }),
        element(
          "div",
          { class: "actions" },
          button({ class: "button quiet", "data-action": "back" }, () => this.#go(this.#at - 1), "Back"),
          this.#play,
          button({ class: "button quiet", "data-action": "on" }, () => this.#go(this.#at + 1), "Next"),
        ),
      ),
      this.#list,
      this.#stage,
    );
  }

  /** Begins to play an update. @param step its number, counted from 1 */
  show(step: number, steps: readonly SubStep[], plays: boolean): void {
    this.#steps = steps;
    this.element.hidden = false;
    const title = this.element.querySelector<HTMLElement>(".slow-title");
    if (title) title.textContent = `Update ${step}, in slow motion`;
    this.#list.replaceChildren(
      ...steps.map(({ kind, player }, k) =>
        element(
          "li",
          { "data-player": player },
          button({ class: "sub-step-name" }, () => this.#go(k), WORDS[kind].title),
        ),
      ),
    );
    this.#at = 0;
    this.#draw();
    this.#run(plays);
    title?.focus();
  }

  #go(to: number): void {
    this.#run(false);
    this.#at = Math.min(Math.max(to, 0), this.#steps.length - 1);
    this.#draw();
  }

  #toggle(): void {
    if (this.#timer === undefined && this.#at === this.#steps.length - 1) this.#at = 0;
    this.#draw();
    this.#run(this.#timer === undefined);
  }

  #run(on: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (on)
      this.#timer = setTimeout(() => {
        this.#at += 1;
        this.#draw();
        this.#run(this.#at < this.#steps.length - 1);
      }, STAY);
    const plays = this.#timer !== undefined;
    this.#play.replaceChildren(icon(plays ? "stop" : "play"), plays ? "Stop" : "Play");
  }

  #draw(): void {
    const step = this.#steps[this.#at];
    if (!step) return;
    for (const [k, row] of [...this.#list.children].entries())
      if (k === this.#at) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    const { kind, player, numbers, layers } = step;
    const facts = Object.entries(numbers).map(([name, value]) =>
      element(
        "div",
        { class: "figure" },
        element("dt", {}, name),
        element("dd", { "data-number": name }, short(value)),
      ),
    );
    this.#stage.dataset.kind = kind;
    this.#stage.dataset.player = player;
    this.#stage.replaceChildren(
      element("h3", {}, `${NAMES[player]}: ${WORDS[kind].title.toLowerCase()}`),
      element("p", {}, WORDS[kind].of[player]),
      ...(facts.length > 0 ? [element("dl", { class: "figures" }, ...facts)] : []),
      element("div", { class: "tensors" }, ...viewsOf(step)),
      ...(layers.length > 0 ? [layerNormBars("", layers, player)] : []),
    );
  }
}

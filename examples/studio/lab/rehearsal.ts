/** Any system on random numbers in the place of data: to see it at work at once, and what one update of it does. */
import type { Data, System, Training } from "../../../models/system.ts";
import type { Trainer } from "../../../models/training/trainer.ts";
import { REHEARSAL } from "./types.ts";

/** Sides of pictures in pixels; super-resolution has sizes of its own. */
const SMALL = 28;

const data: Data = {
  fingerprint: REHEARSAL,
  count: 1,
  items: "batches",
  summary: "batches of random numbers",
};

/**
 * A system that runs the rehearsal of this preset, or else the smallest; options change nothing.
 * @param steps updates in all; what a recipe says beside the network is made up, so a rehearsal ends when somebody ends it
 */
export function rehearsalOf(system: System, preset: string, steps = 1_000_000): System {
  const name = system.rehearsals.includes(preset) ? preset : (system.rehearsals.at(-1) as string);
  const begin = () => system.rehearse(name, system.builtIn && SMALL);
  // One that is no preset shrinks a preset, which its recipe names.
  const isPreset = Object.hasOwn(system.presets, name);
  const recipe = { ...begin().trainer.recipe, steps };
  const own = { [name]: { title: name, sentence: "", options: {} } };
  return {
    ...system,
    ...(!isPreset && { presets: own, usual: name, matches: () => true }),
    open: async () => data,
    plan: async () => recipe,
    async start(): Promise<Training> {
      const { trainer, batch } = begin();
      return {
        trainer: asPlanned(trainer, recipe),
        source: { batch: async (index) => batch(index), close: async () => {} },
        items: "items",
        merits: {},
        assess: async () => ({ scores: {}, note: "" }),
      };
    },
  };
}

/** The trainer, which says of itself what is planned. */
const asPlanned = (trainer: Trainer, recipe: Trainer["recipe"]): Trainer =>
  new Proxy(trainer, {
    get(target, name) {
      if (name === "recipe") return recipe;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

/** A system as pages see it, before any of it is opened. */
import type { System } from "../../../models/system.ts";
import { describeOption } from "../../../models/training/options.ts";
import type * as T from "./types.ts";

export function entryOf(system: System): T.SystemEntry {
  const {
    name,
    title,
    paper,
    summary,
    data,
    builtIn = [],
    presets,
    usual,
    stages = [],
    shipped,
    told = [],
  } = system;
  const options = Object.entries(system.options).map(([option, declared]): T.OptionEntry => {
    const { kind, words = [], about } = declared;
    return {
      name: option,
      kind,
      help: describeOption(declared),
      words: words.map(String),
      paper: about.paper,
      usual: about.default,
    };
  });
  return {
    ...{ name, title, paper, summary, data, builtIn, usual, stages, shipped, told, options },
    presets: Object.entries(presets).map(([preset, of]) => ({
      name: preset,
      title: of.title,
      sentence: of.sentence,
    })),
    rehearsals: system.rehearsals.filter((name) => !Object.hasOwn(presets, name)),
    samples: system.load !== undefined && !system.drawsNothing,
  };
}

/** `ganvas info`: what the program runs on. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { init } from "../../engine/index.ts";
import { superResolvers } from "../../models/super-resolution/shipped.ts";
import { adapterName } from "./adapter.ts";
import { type Command, positionals } from "./command.ts";
import { projectRoot } from "./files.ts";

export const info: Command = {
  usage: "",
  options: {},
  async run(args) {
    positionals(args, 0, "info takes no arguments");
    const adapter = await init();
    const models = superResolvers.map((model) => ({
      ...model,
      present: existsSync(join(projectRoot(), model.file)),
    }));
    if (!args.json) {
      console.log(adapterName(adapter));
      console.log(`features: ${adapter.features.join(", ") || "none"}`);
      for (const [name, value] of Object.entries(adapter.limits)) console.log(`${name}: ${value}`);
      console.log("models:");
      for (const { name, description, present, file } of models)
        console.log(`  ${name.padEnd(10)} ${description}${present ? "" : ` (missing: ${file})`}`);
    }
    return { adapter, models };
  },
};

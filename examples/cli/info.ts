/** `ganvas info`: what the program runs on. */
import { init } from "../../engine/index.ts";
import { superResolvers } from "../../models/upscale.ts";
import type { Command } from "./command.ts";
import { adapterName } from "./adapter.ts";

export const info: Command = {
  name: "info",
  summary: "the adapter in use, its limits, and the models that are there",
  usage: "",
  options: {},
  async run({ json }) {
    const device = await init();
    if (!json) {
      console.log(adapterName(device));
      console.log(`features: ${device.features.join(", ") || "none"}`);
      for (const [name, value] of Object.entries(device.limits)) console.log(`${name}: ${value}`);
      console.log("models:");
      for (const model of superResolvers) console.log(`  ${model.name.padEnd(10)} ${model.description}`);
    }
    return { adapter: device, models: superResolvers };
  },
};

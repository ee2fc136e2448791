/** Small models in the place of those that the repository ships, so that visits of the studio take seconds. */
import type { Plugin } from "esbuild";
import { writeSafetensors } from "../../engine/io/index.ts";
import { fillUniform } from "../../engine/random.ts";
import type { ModelEntry } from "../../models/system.ts";
import { madeUpWeights } from "../cli/samples.ts";

export interface StandIns {
  /** Gives the studio another table of models. */
  readonly plugin: Plugin;
  /** What the server has to have under these paths of the site. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Models of one form, whose results differ. */
export function standIns(names: readonly string[]): StandIns {
  const rows = names.map(
    (name): ModelEntry => ({
      name,
      title: name.toUpperCase(),
      description: `Stands in for ${name}.`,
      file: `models/weights/stand-in-${name}.safetensors`,
      card: "",
    }),
  );
  const table = `
    export const superResolvers = ${JSON.stringify(rows)};
    export const DEFAULT_MODELS = { clean: "srresnet", compressed: "srresnet-compressed" };
    export const BLEND_ENDS = ["srresnet", "srgan"];
    export const findShipped = (name) => superResolvers.find((model) => model.name === name);
  `;
  const weights = (k: number) => {
    const dict = madeUpWeights();
    fillUniform(dict.get("tail.weight")?.data as Float32Array, 3, 100 + k, -0.1, 0.1);
    return writeSafetensors(dict);
  };
  return {
    plugin: {
      name: "stand-ins",
      setup: (build) =>
        build.onLoad({ filter: /super-resolution[\\/]shipped\.ts$/ }, () => ({
          contents: table,
          loader: "js",
        })),
    },
    files: new Map(rows.map(({ file }, k) => [file, weights(k)])),
  };
}

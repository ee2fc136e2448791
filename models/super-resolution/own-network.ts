/** Networks that a module of a program's own exports, as super-resolvers. */
import { InputError, shown } from "../../engine/errors.ts";
import { Module, nameLayers, type Tensor } from "../../engine/index.ts";
import { showShape } from "../../engine/shape.ts";
import { probe } from "./probe.ts";
import type { SuperResolver } from "./upscale.ts";

/**
 * What a module exports as `network`, or by default: a layer, anything else with `forward`, or a function, from pictures [n, h, w, 3] with
 * values in [0, 1] to larger ones. How it is to be cut into tiles is found out by a small picture.
 * @param file for messages
 * @throws InputError where it exports no such network
 */
export function ownResolver(module: Readonly<Record<string, unknown>>, file: string): SuperResolver {
  const network = module.network ?? module.default;
  const of = network as { forward?: (lr: Tensor) => Tensor } | undefined;
  if (typeof network !== "function" && typeof of?.forward !== "function")
    throw new InputError(
      `${file}: should export its network, as in \`export const network = new Sequential(…)\`, got ${network === undefined ? `${Object.keys(module).join(", ") || "nothing"}` : shown(network)}`,
    );
  if (network instanceof Module) nameLayers(network.eval());
  const forward =
    typeof network === "function"
      ? (network as (lr: Tensor) => Tensor)
      : (lr: Tensor) => (of as { forward(lr: Tensor): Tensor }).forward(lr);
  const probed = probe(
    forward,
    showShape,
    (reason) =>
      new InputError(
        `${file}: its network should make of pictures [n, h, w, 3] others a whole number of times as large: ${reason}`,
      ),
  );
  // How its convolutions fill their margins is not known.
  return { ...probed, name: file, precision: "f32", zeroPadded: false, forward };
}

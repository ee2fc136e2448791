/** A short way to name values of a network: `discriminator.*.conv2:grad` is a path, in which * stands for anything, and a view. */
import { VIEWS, type View } from "./types.ts";

export interface Selection {
  /** Those that the path fits, in the order of the network. */
  readonly layers: readonly string[];
  readonly view: View;
}

/**
 * @param text path with wildcards, then `:out`, `:grad`, `:weight` or `:weight-grad`; `:out` where none is named
 * @throws RangeError saying what is wrong with it
 */
export function select(text: string, layers: readonly string[]): Selection {
  const [path = "", view = "out", ...rest] = text.trim().split(":");
  if (rest.length > 0) throw new RangeError(`expected one view after the path, got "${text}"`);
  if (!(VIEWS as readonly string[]).includes(view))
    throw new RangeError(`there is no :${view}; there are ${VIEWS.map((name) => `:${name}`).join(" ")}`);
  const pattern = new RegExp(`^${path.split("*").map(escaped).join(".*")}$`, "i");
  const found = layers.filter((layer) => pattern.test(layer));
  if (found.length === 0) throw new RangeError(`no layer is called "${path}"`);
  return { layers: found, view: view as View };
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

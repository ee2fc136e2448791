/** The package `sharp`, which decodes and encodes pictures in Node: loaded by those who need it, when they need it. */
import { InputError } from "../errors.ts";

export type SharpModule = typeof import("sharp").default;

let loaded: Promise<SharpModule> | undefined;

/** @throws InputError where it is not installed, or not for this machine */
export function loadSharp(): Promise<SharpModule> {
  loaded ??= import("sharp").then(
    (module) => module.default,
    (error: Error) => {
      throw new InputError(
        `pictures in Node are read and written by the package "sharp", which cannot be loaded; install it with: npm install sharp (${error.message.split("\n")[0]})`,
      );
    },
  );
  return loaded;
}

/** All systems, a line each: commands, pages, benchmarks and the test over the table read it. Each is loaded when it is called for. */
import { InputError } from "../engine/errors.ts";
import type { System } from "./system.ts";

export type SystemTable = Readonly<Record<string, () => Promise<System>>>;

export const systems: SystemTable = {
  srresnet: async () => (await import("./super-resolution/srresnet-system.ts")).srresnet,
  srgan: async () => (await import("./super-resolution/srgan-system.ts")).srgan,
  gan: async () => (await import("./gan/system.ts")).gan,
  toy: async () => (await import("./toy/system.ts")).toy,
  dcgan: async () => (await import("./dcgan/system.ts")).dcgan,
  cgan: async () => (await import("./cgan/system.ts")).cgan,
  lapgan: async () => (await import("./lapgan/system.ts")).lapgan,
  "text-encoder": async () => (await import("./text-encoder/system.ts")).textEncoder,
  text2image: async () => (await import("./text2image/system.ts")).text2image,
  "style-encoder": async () => (await import("./style-encoder/system.ts")).styleEncoder,
  classifier: async () => (await import("./classifier/system.ts")).classifier,
};

/** @throws InputError when there is no such system */
export async function findSystem(name: string, table: SystemTable = systems): Promise<System> {
  const load = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!load) throw new InputError(`there is no system "${name}"; there are ${Object.keys(table).join(", ")}`);
  return load();
}

/** The system that weights or a checkpoint say they are of, by a file's metadata; undefined where they do not. */
export function systemNamed(metadata: Readonly<Record<string, string>>): string | undefined {
  if (metadata.system !== undefined) return metadata.system;
  try {
    const recipe = JSON.parse(metadata.recipe ?? metadata.checkpoint ?? "{}");
    const name: unknown = recipe.system ?? recipe.options?.system;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The systems themselves, in the table's order. */
export const allSystems = (table: SystemTable = systems): Promise<System[]> =>
  Promise.all(Object.values(table).map((load) => load()));

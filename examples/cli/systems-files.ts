/** Samplers by a system's name, a shipped model's, or a file of weights. */
import { InputError } from "../../engine/errors.ts";
import { readSafetensors } from "../../engine/io/index.ts";
import type { Sampler, System } from "../../models/system.ts";
import { allSystems, systemNamed, type SystemTable } from "../../models/systems.ts";
import { nodeHost } from "../../models/training/host-node.ts";
import { projectRoot } from "./files.ts";

/** A network that makes pictures, and the system it is of. */
export interface OpenedSampler {
  readonly system: System;
  readonly sampler: Sampler;
  /** Where the weights lie. */
  readonly file: string;
}

/**
 * The system that a name or file belongs to.
 * @returns undefined for what no system in the table knows
 */
export async function systemOf(
  name: string,
  table: SystemTable,
): Promise<{ system: System; file: string; shipped: boolean } | undefined> {
  const systems = await allSystems(table);
  for (const system of systems) {
    const entry =
      system.shipped.find((model) => model.name === name) ??
      (system.name === name ? system.shipped[0] : undefined);
    if (entry) return { system, file: entry.file, shipped: true };
    if (system.name === name)
      throw new InputError(
        `no weights of ${system.title} come with the project: give a file that \`ganvas train ${name}\` has made`,
      );
  }
  if (!/\.safetensors$/i.test(name)) return undefined;
  const { metadata } = readSafetensors(await nodeHost(projectRoot()).read(name), name);
  const of = systemNamed(metadata);
  const system = systems.find((known) => known.name === of);
  return system && { system, file: name, shipped: false };
}

/** @throws InputError where there is no such system or file, or it makes no pictures from noise */
export async function openSampler(name: string, table: SystemTable): Promise<OpenedSampler> {
  const found = await systemOf(name, table);
  if (!found)
    throw new InputError(
      `there is no system "${name}"; known are ${Object.keys(table).join(", ")}, or give a .safetensors file that \`ganvas train\` has made`,
    );
  const { system, file, shipped } = found;
  if (!system.load)
    throw new InputError(
      `${system.title} makes no pictures from noise; \`ganvas upscale\` enlarges yours with it`,
    );
  const host = nodeHost(projectRoot());
  const bytes = shipped ? await host.shipped(file) : await host.read(file);
  return { system, sampler: await system.load(bytes, file), file };
}

/** What profiles and pictures of graphs look at: a network's forward pass, or a training step. */
import { InputError } from "../engine/errors.ts";
import { type Tensor, tensor } from "../engine/index.ts";
import { fillUniform } from "../engine/random.ts";
import type { SuperResolver } from "./super-resolution/upscale.ts";
import { findSystem, type SystemTable, systems } from "./systems.ts";

/** Something that can be recorded again and again. */
export interface Subject {
  readonly title: string;
  /** Records it once more, updates included, without running anything; reading the result computes it. */
  record(): Tensor;
}

/** Enlarging a square of noise, `side` pixels wide. */
export function forwardPass(model: SuperResolver, side: number): Subject {
  const shape = [1, side, side, 3];
  const input = tensor(fillUniform(new Float32Array(3 * side * side), 1, 1), shape);
  return { title: `${model.name}, forward, ${side}×${side} pixels`, record: () => model.forward(input) };
}

/**
 * One step of training a system as `train` does it, on made-up data.
 * @param name of the system
 * @param rehearsal of its size; the usual one by default
 * @param side of the images in pixels, where that can be chosen
 * @throws InputError when there is none of this name or size
 */
export async function trainingStep(
  name: string,
  rehearsal?: string,
  side?: number,
  table: SystemTable = systems,
): Promise<Subject> {
  const system = await findSystem(name, table);
  const usual = system.rehearsals[0];
  if (usual === undefined) throw new InputError(`${name} has no training step to look at`);
  const { title, trainer, batch } = system.rehearse(rehearsal ?? usual, side);
  const first = batch(0);
  // Always the first, for a step that looks at its number could be another program.
  return { title, record: () => trainer.record(first, 0) };
}

/**
 * A training handed over to PyTorch, and taken back: a folder with the checkpoint, the system's script, batches, and what the next
 * updates give here, by which the script is checked. `NAME.py` is the script of the system NAME.
 */
import type { Batch } from "../../engine/data/index.ts";
import { FormatError, InputError } from "../../engine/errors.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type HostTensor,
  hostTensor,
  writeSafetensors,
} from "../../engine/io/index.ts";
import { showShape } from "../../engine/shape.ts";
import type { PictureLoader } from "../datasets/loader.ts";
import { expectFinite } from "../training/finite.ts";
import type { Trainer } from "../training/trainer.ts";

/** Settings that scripts do not know, with the values that they take them to have. */
const UNKNOWN: Readonly<Record<string, unknown>> = { precision: "f32" };

/** A file that comes with the project, by its path from the repository's root. */
type Shipped = (path: string) => Promise<Uint8Array>;

/** Modules that a script names in this way and that are not of the project. */
const ELSEWHERE: ReadonlySet<string> = new Set(["collections", "torch"]);

/** The script of a system, as train.py, and those beside it that it imports. @throws InputError where there is none */
async function scripts(system: string, shipped: Shipped): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const add = async (name: string, as: string): Promise<void> => {
    const bytes = await shipped(`models/handoff/${name}.py`);
    found.set(as, bytes);
    for (const [, module = ""] of new TextDecoder().decode(bytes).matchAll(/^from (\w+) import/gm))
      if (!ELSEWHERE.has(module) && !found.has(`${module}.py`)) await add(module, `${module}.py`);
  };
  await add(system, "train.py").catch((error: unknown) => {
    if (found.size > 0 || !(error instanceof InputError)) throw error;
    throw new InputError(`${system} cannot be handed over to PyTorch: it has no script`);
  });
  return found;
}

/**
 * Checks what can be told before any data is opened.
 * @param settings a recipe, or the options that one is made of
 * @throws InputError for a system without a script, or a setting that scripts do not know
 */
export async function expectHandedOver(system: string, settings: object, shipped: Shipped): Promise<void> {
  await scripts(system, shipped);
  for (const [name, value] of Object.entries(UNKNOWN)) {
    const own = (settings as Record<string, unknown>)[name];
    if (own !== undefined && own !== value)
      throw new InputError(
        `a run of ${system} with ${name} ${own} cannot be handed over; with ${name} ${value} it can`,
      );
  }
}

/** What is handed over. */
export interface HandOver {
  readonly system: string;
  /** At the update that PyTorch is to go on from; `count` updates ahead of it when this is done. */
  readonly trainer: Trainer;
  /** The trainer's state with all that a run stores beside it. */
  readonly checkpoint: Checkpoint;
  batch(index: number): Promise<Batch> | Batch;
  /** Batches, and updates to compare. */
  readonly count: number;
  /** Pictures that batches are made of: the whole set goes along. */
  readonly pictures?: PictureLoader | undefined;
  readonly shipped: Shipped;
}

/** The folder's files by name. @throws InputError for what cannot be handed over */
export async function handOver(of: HandOver): Promise<ReadonlyMap<string, Uint8Array>> {
  const { system, trainer, checkpoint, count, pictures } = of;
  await expectHandedOver(system, trainer.recipe, of.shipped);
  const files = await scripts(system, of.shipped);
  files.set("checkpoint.safetensors", encodeCheckpoint(checkpoint));
  const constants = await trainer.constants?.();
  if (constants) files.set("constants.safetensors", writeSafetensors(constants.tensors, constants.metadata));
  const batches = new Map<string, HostTensor>();
  const measures = new Float32Array(count * trainer.measures.length);
  for (let k = 0; k < count; k++) {
    const batch = await of.batch(trainer.step);
    for (const [name, { data, shape }] of Object.entries(batch.fields))
      batches.set(`${trainer.step}/${name}`, hostTensor(data as Float32Array, shape));
    measures.set((await trainer.update(batch).data()) as Float32Array, k * trainer.measures.length);
  }
  files.set("batches.safetensors", writeSafetensors(batches));
  files.set("expected.safetensors", await expectation(trainer, measures, count));
  if (pictures) files.set("data.safetensors", await wholeSet(pictures));
  return files;
}

async function expectation(trainer: Trainer, measures: Float32Array, count: number): Promise<Uint8Array> {
  const { model, optimizer } = await trainer.checkpoint();
  const names = trainer.measures;
  const tensors = new Map<string, HostTensor>([
    ...[...model].map(([name, x]) => [`model.${name}`, x] as const),
    ...[...optimizer].map(([name, x]) => [`optimizer.${name}`, x] as const),
    // Some trainers measure a single number without an axis.
    ["measures", hostTensor(measures, [count, names.length])],
  ]);
  return writeSafetensors(tensors, { measures: JSON.stringify(names) });
}

async function wholeSet({ dataset, options }: PictureLoader): Promise<Uint8Array> {
  const { size, shape, classes } = dataset;
  const length = shape[0] * shape[1] * shape[2];
  const pictures = new Uint8Array(size * length);
  const labels = new Int32Array(size);
  for (let k = 0; k < size; k++) {
    const { picture, label } = await dataset.item(k);
    pictures.set(picture, k * length);
    labels[k] = label;
  }
  const { seed, batchSize, range, crop = 0, mirror = false } = options;
  const loader = { seed, batchSize, range, crop, mirror, classes: classes.length };
  return writeSafetensors(
    new Map([
      ["pictures", hostTensor(pictures, [size, ...shape], "u8")],
      ["labels", hostTensor(labels, [size])],
    ]),
    { loader: JSON.stringify(loader) },
  );
}

/**
 * What PyTorch has made of a checkpoint, as a checkpoint that a run goes on from.
 * @param given the checkpoint that was handed over, and `made` what came of it, with their files' names for errors
 * @throws InputError where they are not of one run, or not all is finite
 */
export function takeBack(
  given: { readonly bytes: Uint8Array; readonly file: string },
  made: { readonly bytes: Uint8Array; readonly file: string },
): Checkpoint {
  const before = decodeCheckpoint(given.bytes, given.file);
  const after = decodeCheckpoint(made.bytes, made.file);
  const same = JSON.stringify(before.options) === JSON.stringify(after.options);
  if (!same || after.step < before.step)
    throw new InputError(
      `${made.file} is not of the run in ${given.file}: ${same ? `it is at update ${after.step}, the run at ${before.step}` : "their recipes differ"}`,
    );
  for (const part of ["model", "optimizer"] as const) {
    const [own, other] = [before[part], after[part]];
    for (const name of new Set([...own.keys(), ...other.keys()])) {
      const [a, b] = [own.get(name), other.get(name)];
      if (!a || !b || a.dtype !== b.dtype || showShape(a.shape) !== showShape(b.shape)) {
        const told = (x: HostTensor | undefined) => (x ? `${x.dtype} ${showShape(x.shape)}` : "nothing");
        throw new FormatError(`${made.file}: ${part}.${name} is ${told(b)}, expected ${told(a)}`);
      }
    }
    expectFinite(other, after.step, made.file);
  }
  return after;
}

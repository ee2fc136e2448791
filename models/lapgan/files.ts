/** Weights files of LAPGAN: the generators of all levels in one, the normalisation of their pictures, and what they are. */
import * as v from "valibot";
import { FormatError, InputError } from "../../engine/errors.ts";
import { openWeights } from "../../engine/io/index.ts";
import { joined, prefixed, under } from "../training/state.ts";
import type { Weights } from "../training/trainer.ts";
import { type LevelGenerator, makeGenerator } from "./level.ts";
import { Normalisation } from "./normalisation.ts";
import { PYRAMIDS } from "./pyramid.ts";
import { checkSizes, fullSize, type LevelNetworks, NETWORK_KINDS, sizeOfLevel } from "./recipe.ts";

const WHOLE = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000));

/** What the tensors do not show, as JSON under the key "lapgan" of the metadata. */
const FORM = v.object({
  sizes: v.pipe(v.array(WHOLE), v.minLength(1), v.maxLength(12)),
  /** Names of the classes; none for networks without. */
  classes: v.pipe(v.array(v.string()), v.maxLength(1000)),
  networks: v.picklist(NETWORK_KINDS),
  pyramid: v.picklist(PYRAMIDS),
  /** Those that the file holds, coarse to fine: all, or as many as have been trained yet. */
  levels: v.pipe(
    v.array(
      v.object({
        level: WHOLE,
        width: WHOLE,
        blocks: WHOLE,
        consistent: v.boolean(),
        truncation: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1),
      }),
    ),
    v.minLength(1),
  ),
});
type Form = v.InferOutput<typeof FORM>;

/** A trained pyramid, or the levels of it that are trained yet. */
export interface LapganModel {
  readonly sizes: readonly number[];
  readonly classes: readonly string[];
  readonly normalisation: Normalisation;
  /** Coarse to fine. */
  readonly levels: readonly TrainedLevel[];
}

export interface TrainedLevel {
  readonly form: LevelNetworks;
  readonly generator: LevelGenerator;
}

const NORMALISATION = "normalisation.";
const prefixOf = (form: LevelNetworks): string => `level${sizeOfLevel(form)}.`;

/** What a file holds. */
export async function lapganWeights({ classes, normalisation, levels }: LapganModel): Promise<Weights> {
  const [{ form }] = levels as readonly [TrainedLevel];
  const parts = await Promise.all([
    prefixed(NORMALISATION, normalisation.stateDict()),
    ...levels.map((level) => prefixed(prefixOf(level.form), level.generator.stateDict())),
  ]);
  const { sizes, networks, pyramid } = form;
  const written: Form = {
    ...{ sizes: [...sizes], classes: [...classes], networks, pyramid },
    levels: levels.map(({ form: { level, width, blocks, consistent, truncation = 1 } }) => ({
      ...{ level, width, blocks, consistent, truncation },
    })),
  };
  return { tensors: joined(parts), metadata: { system: "lapgan", lapgan: JSON.stringify(written) } };
}

/**
 * The generators in evaluation mode.
 * @throws InputError for weights of another system, FormatError where the file is damaged
 */
export function parseLapgan(bytes: Uint8Array, file: string): LapganModel {
  const { tensors, metadata } = openWeights(bytes, file);
  if (metadata.lapgan === undefined)
    throw new InputError(`${file} holds no LAPGAN (its metadata say nothing of a pyramid)`);
  const { classes, levels, ...shared } = formOf(metadata.lapgan, file);
  const normalisation = new Normalisation(fullSize(shared));
  normalisation.loadStateDict(under(NORMALISATION, tensors), file);
  const load = (own: Form["levels"][number]): TrainedLevel => {
    const form = { ...shared, ...own, classes: classes.length };
    const generator = makeGenerator(form, 0);
    generator.loadStateDict(under(prefixOf(form), tensors), file);
    return { form, generator: generator.eval() };
  };
  return { sizes: shared.sizes, classes, normalisation, levels: levels.map(load) };
}

function formOf(text: string, file: string): Form {
  const wrong = (why: string) => new FormatError(`${file}: what it says of its pyramid is damaged (${why})`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { success, output, issues } = v.safeParse(FORM, json);
  if (!success) throw wrong(issues[0].message);
  const { sizes, levels } = output;
  if (levels.some(({ level }, k) => level >= sizes.length || level <= (levels[k - 1]?.level ?? -1)))
    throw wrong(`levels ${levels.map(({ level }) => level).join(", ")} of ${sizes.length} sizes`);
  checkSizes(sizes);
  return output;
}

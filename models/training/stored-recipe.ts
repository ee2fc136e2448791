/** The recipe that a file of weights was trained by, as `AdversarialTraining.weights` writes it into the metadata. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { type HostTensor, openWeights } from "../../engine/io/index.ts";

/**
 * @param schema what a recipe of this system looks like
 * @param title what the file should hold, for messages
 * @throws InputError for weights of another system, or of none
 */
export function recipeOf<R>(
  bytes: Uint8Array,
  file: string,
  schema: v.GenericSchema<unknown>,
  title: string,
): { readonly recipe: R; readonly tensors: ReadonlyMap<string, HostTensor> } {
  const { tensors, metadata } = openWeights(bytes, file);
  const { success, issues, output } = v.safeParse(schema, parsed(metadata.recipe));
  if (!success) {
    const [{ message, path = [] }] = issues;
    const field = path.map(({ key }) => String(key)).join(".");
    throw new InputError(
      `${file} does not hold a generator of ${title}: the recipe in its metadata${field ? `, ${field}` : ""}: ${message}`,
    );
  }
  expectSized(output, tensors, file);
  return { recipe: output as R, tensors };
}

/** Numbers of a recipe that say how long, not how large; of any size. */
const OF_TIME = new Set(["steps", "seed", "momentum", "penaltyFall"]);

/** Sizes that are believed of any file. */
const SMALL = 4096;

/**
 * No layer, channel, side or noise of a network is larger than the number of its weights, so a recipe that says so is not of these: it
 * would ask for more memory, or time, than there is.
 * @throws InputError naming what is too large
 */
export function expectSized(
  recipe: unknown,
  tensors: ReadonlyMap<string, Pick<HostTensor, "data">>,
  file: string,
): void {
  const most = [...tensors.values()].reduce((sum, { data }) => sum + data.length, SMALL);
  const visit = (value: unknown, name: string, limit: number): void => {
    if (typeof value === "number" && !(Math.abs(value) <= limit))
      throw new InputError(
        `${file}: the recipe in its metadata, ${name}: ${value} cannot be of a file of this size`,
      );
    if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value))
        visit(inner, name ? `${name}.${key}` : key, OF_TIME.has(key) ? Number.MAX_SAFE_INTEGER : limit);
  };
  visit(recipe, "", most);
}

/** What is no JSON is no recipe. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

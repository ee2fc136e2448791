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
  return { recipe: output as R, tensors };
}

/** What is no JSON is no recipe. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

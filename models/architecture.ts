/**
 * What the tensors of a weights file do not show of its network: how borders are padded, which values go in and come out.
 * Files written here say it in their metadata, under "architecture" as JSON; of all others the usual is assumed.
 */
import { InputError } from "../engine/errors.ts";
import { parseStrictJson, showJson } from "../engine/io/strict-json.ts";

/** Options that leave no trace in names and shapes. */
const CHOICES = {
  /** Of SRResNet and VGG19. */
  padding: ["zeros", "reflect"],
  /** Of SRResNet. */
  output: ["linear", "linear01", "tanh01"],
  /** Of VGG19. */
  input: ["caffe", "torchvision"],
} as const;

type Choices = typeof CHOICES;

/** Those that are known of a network; a network itself is one, or its `config`. */
export type HiddenOptions = { readonly [K in keyof Choices]?: Choices[K][number] };

/** Metadata of a safetensors file of such a network. */
export function metadataOf(network: HiddenOptions): Record<string, string> {
  const known = Object.keys(CHOICES).filter((key) => network[key as keyof Choices] !== undefined);
  const format = { format: "pt" };
  return known.length > 0 ? { ...format, architecture: JSON.stringify(network, known) } : format;
}

/**
 * What a file's metadata say; a checkpoint of a run says it among its options.
 * @throws InputError for what no network here has
 */
export function hiddenOptions(metadata: Readonly<Record<string, string>>, file: string): HiddenOptions {
  const stored = parse(metadata.architecture) ?? parse(metadata.checkpoint)?.options?.network;
  const found = Object.entries(CHOICES).flatMap(([key, choices]) => {
    const choice: unknown = stored?.[key];
    if (choice === undefined) return [];
    if (!choices.some((known) => known === choice))
      throw new InputError(
        `${file}: its metadata want ${key} ${showJson(choice)}, known are ${choices.join(" and ")}`,
      );
    return [[key, choice]];
  });
  return Object.fromEntries(found);
}

interface Stored extends Readonly<Record<string, unknown>> {
  readonly options?: { readonly network?: Stored };
}

/** What is no JSON was written for other eyes. */
function parse(text: string | undefined): Stored | undefined {
  try {
    const value: unknown = parseStrictJson(text ?? "");
    return typeof value === "object" && value !== null ? (value as Stored) : undefined;
  } catch {
    return undefined;
  }
}

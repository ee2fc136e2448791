/** Which network enlarges which picture. */
import { InputError } from "../../engine/errors.ts";
import type { Image } from "../../engine/io/image.ts";
import { type InputKind, inputKind } from "../../models/super-resolution/input-kind.ts";
import { DEFAULT_MODELS } from "../../models/super-resolution/shipped.ts";
import type { SuperResolver } from "../../models/super-resolution/upscale.ts";
import { type Arguments, type Command, oneOf, PRECISIONS, text } from "./command.ts";
import { loadModel } from "./files.ts";

/** Options of a command that enlarges. */
export const MODEL_CHOICE: Command["options"] = {
  model: {
    type: "string",
    value: "NAME|FILE",
    help: `a model that comes with the project, or a file of weights: SRResNet, RRDBNet (ESRGAN), SRVGGNetCompact, MSRResNet; an ONNX file of any network from RGB to larger RGB, [n, 3, h, w] in 0 to 1; or a module of yours (.ts, .js) that exports a network, [n, h, w, 3] in 0 to 1 (by default ${DEFAULT_MODELS.clean}, for compressed pictures ${DEFAULT_MODELS.compressed})`,
  },
  blend: {
    type: "string",
    value: "A",
    help: "a network between srresnet (0) and srgan (1); --model blend:A,FROM,TO takes two others",
  },
  input: {
    type: "string",
    value: "auto|clean|compressed",
    help: "what pictures are, where no model is named: auto looks at each, at a JPEG's quality and for blocks",
  },
};

export interface ModelChoice {
  /** The one that was named, else the one for clean pictures. All that may be taken enlarge by the same factor. */
  readonly first: SuperResolver;
  /** @param file the bytes that the picture comes from */
  for(image: Image, file: Uint8Array): Promise<SuperResolver>;
}

/** @throws InputError for options that contradict each other */
export async function modelChoice(args: Arguments): Promise<ModelChoice> {
  const precision = oneOf(args, "precision", PRECISIONS, "f32");
  const input = oneOf(args, "input", ["auto", "clean", "compressed"], "auto");
  const named = namedModel(args);
  if (named !== undefined) {
    if (text(args, "input") !== undefined)
      throw new InputError("--input chooses the model; leave it out where --model or --blend names one");
    const first = await loadModel(named, precision);
    return { first, for: async () => first };
  }
  const loaded = new Map<InputKind, Promise<SuperResolver>>();
  const load = (kind: InputKind): Promise<SuperResolver> => {
    const model = loaded.get(kind) ?? loadModel(DEFAULT_MODELS[kind], precision);
    loaded.set(kind, model);
    return model;
  };
  return {
    first: await load(input === "compressed" ? "compressed" : "clean"),
    for: (image, file) => load(input === "auto" ? inputKind(image, file) : input),
  };
}

/** @throws InputError for a model and a blend at once */
function namedModel(args: Arguments): string | undefined {
  const [model, blend] = [text(args, "model"), text(args, "blend")];
  if (blend === undefined) return model;
  if (model !== undefined)
    throw new InputError(
      `--blend is of srresnet and srgan; leave --model out, or give --model blend:${blend},FROM,TO`,
    );
  return `blend:${blend}`;
}

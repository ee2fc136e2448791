/**
 * `ganvas convert`: weights from any file that is read here, under the names they have there, to safetensors; and networks of
 * TensorFlow.js, which are more than weights, to ONNX.
 */
import { readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { InputError } from "../../engine/errors.ts";
import {
  checkNumbers,
  type HostTensor,
  hostTensor,
  openWeights,
  toFloat16Bits,
  toFloat32,
} from "../../engine/io/index.ts";
import { readFileBytes, writeFileAtomic, writeSafetensorsFile } from "../../engine/io/node.ts";
import { hiddenOptions, metadataOf } from "../../models/architecture.ts";
import { isTfjsModel, tfjsToOnnx } from "../../models/super-resolution/tfjs-layers.ts";
import { type Arguments, type Command, positionals, text } from "./command.ts";
import { projectRoot } from "./files.ts";

export const convert: Command = {
  usage: "IN OUT.safetensors | model.json OUT.onnx",
  description: `A model.json of TensorFlow.js, such as those of UpscalerJS (npm's @upscalerjs/esrgan-slim, -medium, -thick), becomes an
ONNX file, which upscale takes.`,
  options: {
    dtype: {
      type: "string",
      value: "f32|f16",
      help: "element type of floating-point tensors (as they are by default)",
    },
  },
  async run(args) {
    const [from = "", to = ""] = positionals(args, 2, "convert takes two files: IN OUT.safetensors");
    if (extname(from) === ".json") return convertTfjs(args, from, to);
    if (extname(to) !== ".safetensors") {
      const hint = extname(to) === ".onnx" ? "export makes .onnx files" : "PyTorch reads them too";
      throw new InputError(`convert writes .safetensors files, not ${extname(to) || to}; ${hint}`);
    }
    const dtype = text(args, "dtype");
    if (dtype !== undefined && dtype !== "f32" && dtype !== "f16")
      throw new InputError(`--dtype takes f32 or f16, got "${dtype}"`);
    const { tensors, metadata } = openWeights(await readFileBytes(from), from);
    checkNumbers(tensors, from);
    const converted = new Map([...tensors].map(([name, t]) => [name, dtype ? inDtype(name, t, dtype) : t]));
    // Of a checkpoint's state the network's form is of use, the rest is not: nobody goes on from rounded moments.
    const { checkpoint: _, ...kept } = metadata;
    await writeSafetensorsFile(to, converted, { ...kept, ...metadataOf(hiddenOptions(metadata, from)) });
    if (!args.json) console.log(`${to}: ${converted.size} tensors`);
    return {
      in: from,
      out: to,
      tensors: [...converted].map(([name, t]) => ({ name, shape: t.shape, dtype: t.dtype })),
    };
  },
};

async function convertTfjs(args: Arguments, from: string, to: string): Promise<unknown> {
  const bytes = await readFileBytes(from);
  if (!isTfjsModel(bytes)) throw new InputError(`${from}: no model.json of TensorFlow.js (layers format)`);
  if (extname(to) !== ".onnx" || text(args, "dtype") !== undefined)
    throw new InputError(`a network of TensorFlow.js becomes an .onnx file in f32, not ${to}`);
  const { version } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8"));
  const beside = (name: string) => readFileBytes(join(dirname(from), name));
  const file = await tfjsToOnnx(bytes, from, beside, version);
  await writeFileAtomic(to, file);
  if (!args.json) console.log(`${to}: ${(file.length / 1e6).toFixed(1)} MB`);
  return { in: from, out: to, bytes: file.length };
}

/** Integers and booleans stay as they are. @throws InputError when half precision cannot hold a value */
function inDtype(name: string, tensor: HostTensor, dtype: "f32" | "f16"): HostTensor {
  if (!/^b?f\d/.test(tensor.dtype)) return tensor;
  const values = toFloat32(tensor);
  if (dtype === "f32") return hostTensor(values, tensor.shape);
  const large = values.find((value) => Math.abs(value) >= 65520);
  if (large !== undefined)
    throw new InputError(`tensor ${name} holds ${large}; f16 ends at 65504, so keep f32`);
  return hostTensor(toFloat16Bits(values), tensor.shape, "f16");
}

/** `ganvas convert`: weights from any file that is read here, under the names they have there, to safetensors. */
import { extname } from "node:path";
import { InputError } from "../../engine/errors.ts";
import {
  checkNumbers,
  type HostTensor,
  hostTensor,
  openWeights,
  toFloat16Bits,
  toFloat32,
} from "../../engine/io/index.ts";
import { readFileBytes, writeSafetensorsFile } from "../../engine/io/node.ts";
import { hiddenOptions, metadataOf } from "../../models/architecture.ts";
import { type Command, positionals, text } from "./command.ts";

export const convert: Command = {
  usage: "IN OUT.safetensors",
  options: {
    dtype: {
      type: "string",
      value: "f32|f16",
      help: "element type of floating-point tensors (as they are by default)",
    },
  },
  async run(args) {
    const [from = "", to = ""] = positionals(args, 2, "convert takes two files: IN OUT.safetensors");
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

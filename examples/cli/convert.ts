/** `ganvas convert`: weights from one file format to another. */
import { extname } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { hostTensor, toFloat16Bits, toFloat32 } from "../../engine/io/index.ts";
import { readWeightsFile, writeSafetensorsFile } from "../../engine/io/node.ts";
import { type Command, text } from "./command.ts";

export const convert: Command = {
  name: "convert",
  summary: "weights from .pth or .safetensors to .safetensors",
  usage: "IN OUT.safetensors",
  options: {
    dtype: {
      type: "string",
      value: "f32|f16",
      help: "element type of floating-point tensors (as they are by default)",
    },
  },
  async run(args) {
    const [from, to] = args.positionals;
    if (!from || !to || args.positionals.length !== 2)
      throw new InputError("convert takes two files: IN OUT.safetensors");
    if (extname(to) !== ".safetensors")
      throw new InputError(`convert writes .safetensors files, not ${extname(to) || to}`);
    const dtype = text(args, "dtype");
    if (dtype !== undefined && dtype !== "f32" && dtype !== "f16")
      throw new InputError(`--dtype takes f32 or f16, got "${dtype}"`);
    const tensors = await readWeightsFile(from);
    const converted = new Map(
      [...tensors].map(([name, t]) => {
        if (!dtype || !/^(f|bf)/.test(t.dtype)) return [name, t] as const;
        const values = toFloat32(t);
        return [
          name,
          dtype === "f32" ? hostTensor(values, t.shape) : hostTensor(toFloat16Bits(values), t.shape, "f16"),
        ] as const;
      }),
    );
    await writeSafetensorsFile(to, converted, { format: "pt" });
    if (!args.json) console.log(`${to}: ${converted.size} tensors`);
    return {
      in: from,
      out: to,
      tensors: [...converted].map(([name, t]) => ({ name, shape: t.shape, dtype: t.dtype })),
    };
  },
};

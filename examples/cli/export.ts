/** `ganvas export`: a generator as an ONNX file. */
import { readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { writeFileAtomic } from "../../engine/io/node.ts";
import { blendName, parseBlend } from "../../models/super-resolution/blend.ts";
import { findShipped } from "../../models/super-resolution/shipped.ts";
import { SRRESNET_ONNX_VALUES, srresnetOnnx } from "../../models/super-resolution/srresnet-onnx.ts";
import { type Command, positionals, text } from "./command.ts";
import { checkFolder, projectRoot, readModel } from "./files.ts";

/** Of the weights that come with the project. */
const OWN_LICENSE = "MIT";

export const exportCommand: Command = {
  usage: "MODEL OUT.onnx",
  description: `MODEL is a model that comes with the project, a file of weights (.safetensors or .pth), the checkpoint of a run, or a
blend (blend:0.7,FROM,TO): an SRResNet or the generator of an SRGAN. The generators of LAPGAN, of the conditional GAN and of
text to image cannot be exported yet.

${SRRESNET_ONNX_VALUES.input}
${SRRESNET_ONNX_VALUES.output}

Batch, height and width are free. Names, ranges, licence and version stand in the file's metadata too.`,
  options: {
    license: {
      type: "string",
      value: "SPDX",
      help: "licence of the weights, for the metadata (MIT for the project's own; otherwise left out)",
    },
  },
  async run(args) {
    const [model = "", out = ""] = positionals(args, 2, "export takes a model and a file: MODEL OUT.onnx");
    if (extname(out) !== ".onnx")
      throw new InputError(
        `export writes .onnx files, not ${extname(out) || out}; convert makes .safetensors`,
      );
    checkFolder(dirname(out));
    const net = await readModel(model);
    const blend = parseBlend(model);
    const own = (blend ? [blend.from, blend.to] : [model]).every(findShipped);
    const license = text(args, "license") ?? (own ? OWN_LICENSE : undefined);
    const { version } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8"));
    const name = own ? model : blend ? blendName(blend.amount) : basename(model, extname(model));
    const bytes = srresnetOnnx(net, { model: name, version, ...(license === undefined ? {} : { license }) });
    await writeFileAtomic(out, bytes);
    const { config } = net;
    if (!args.json)
      console.log(
        `${out}: SRResNet, ${config.numBlocks} blocks of ${config.width} channels, ${(bytes.length / 1e6).toFixed(1)} MB`,
      );
    return { model, out, bytes: bytes.length, config, license, ...SRRESNET_ONNX_VALUES };
  },
};

/** `ganvas eval`: PSNR and SSIM of a model on a folder of images, by a named protocol. */
import { InputError } from "../../engine/errors.ts";
import { BASELINES } from "../../models/baselines.ts";
import { evaluate, type Upscaler } from "../../models/evaluate.ts";
import { findPairs } from "../../models/evaluate-node.ts";
import { isProtocol, PROTOCOLS } from "../../models/metrics/index.ts";
import { upscaleImage } from "../../models/upscale.ts";
import { type Command, required, text } from "./command.ts";
import { loadModel } from "./files.ts";
import { Progress } from "./progress.ts";

export const evaluateCommand: Command = {
  name: "eval",
  summary: "PSNR and SSIM of a model on a folder of high-resolution images",
  usage: "MODEL --data DIR",
  options: {
    data: {
      type: "string",
      value: "DIR",
      help: "originals; low resolutions are made by MATLAB's bicubic, or read from NAME_LRx4.png or *_SRF_4_LR.png",
    },
    protocol: { type: "string", value: PROTOCOLS.join("|"), help: "how to measure (matlab by default)" },
    border: {
      type: "string",
      value: "symmetric|replicate",
      help: "beyond the edge, where low resolutions are made (symmetric by default)",
    },
  },
  async run(args) {
    const [name] = args.positionals;
    if (!name || args.positionals.length !== 1)
      throw new InputError("eval takes one MODEL: a name, a weights file, bicubic or nearest");
    const protocol = text(args, "protocol") ?? "matlab";
    if (!isProtocol(protocol))
      throw new InputError(`--protocol takes ${PROTOCOLS.join(" or ")}, got "${protocol}"`);
    const border = text(args, "border") ?? "symmetric";
    if (border !== "symmetric" && border !== "replicate")
      throw new InputError(`--border takes symmetric or replicate, got "${border}"`);
    const pairs = await findPairs(required(args, "data"), { border });
    const upscaler = await upscalerOf(name);
    const progress = new Progress("eval");
    const result = await evaluate(
      pairs,
      upscaler,
      protocol,
      ({ done, total, latest }) => {
        args.signal.throwIfAborted();
        progress.update(done, total, `${latest.name} ${latest.psnr.toFixed(2)} dB`);
      },
      name,
    );
    if (!args.json) {
      const width = Math.max(...result.images.map((image) => image.name.length), 4);
      for (const image of [...result.images, { name: "mean", ...result.mean }])
        console.log(`${image.name.padEnd(width)}  ${image.psnr.toFixed(4)} dB  ${image.ssim.toFixed(4)}`);
    }
    return result;
  },
};

async function upscalerOf(name: string): Promise<Upscaler> {
  if (name === "bicubic" || name === "nearest") return BASELINES[name];
  const model = await loadModel(name);
  return (lr) => upscaleImage(lr, model);
}

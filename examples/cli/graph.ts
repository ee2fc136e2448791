/** `ganvas graph`: a network as ops, or as the kernels that they become. */
import { dirname, extname } from "node:path";
import { graphDot, graphSvg, graphText, inspectGraph } from "../../engine/inspect/index.ts";
import { writeFileAtomic } from "../../engine/io/node.ts";
import { type Arguments, type Command, oneOf, text } from "./command.ts";
import { checkFolder } from "./files.ts";
import { findSubject, SUBJECT_OPTIONS, SUBJECT_USAGE } from "./subject.ts";

const FORMATS = { text: graphText, dot: graphDot, svg: graphSvg } as const;

export const graphCommand: Command = {
  usage: SUBJECT_USAGE,
  options: {
    ...SUBJECT_OPTIONS,
    fused: {
      type: "boolean",
      help: "the kernels after fusion, with flops and bytes, instead of the ops as recorded",
    },
    format: { type: "string", value: "text|dot|svg", help: "by the ending of --out, else text" },
    out: { type: "string", value: "FILE", short: "o", help: "writes a file instead of printing" },
  },
  run,
};

async function run(args: Arguments): Promise<unknown> {
  const out = text(args, "out");
  const ending = { ".dot": "dot", ".gv": "dot", ".svg": "svg" }[extname(out ?? "")] as
    | "dot"
    | "svg"
    | undefined;
  const format = oneOf(args, "format", ["text", "dot", "svg"], ending ?? "text");
  if (out !== undefined) checkFolder(dirname(out));
  const subject = await findSubject(args);
  const view = await inspectGraph(subject.record(), { fused: args.values.fused === true });
  const picture = FORMATS[format](view);
  if (out !== undefined) {
    await writeFileAtomic(out, new TextEncoder().encode(picture.endsWith("\n") ? picture : `${picture}\n`));
    if (!args.json) console.log(`${out}: ${subject.title}`);
  } else if (!args.json) console.log(picture);
  return { subject: subject.title, ...view };
}

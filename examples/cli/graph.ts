/** `ganvas graph`: a network as ops, or as the kernels that they become. */
import { dirname, extname } from "node:path";
import { graphDot, graphSvg, graphText, inspectGraph } from "../../engine/inspect/index.ts";
import { writeFileAtomic } from "../../engine/io/node.ts";
import type { SystemTable } from "../../models/systems.ts";
import { type Arguments, type Command, oneOf, text } from "./command.ts";
import { checkFolder } from "./files.ts";
import { findSubject, subjectOptions, subjectUsage } from "./subject.ts";

const FORMATS = { text: graphText, dot: graphDot, svg: graphSvg } as const;

export const graphCommand = async (table: SystemTable): Promise<Command> => ({
  usage: subjectUsage(table),
  options: {
    ...(await subjectOptions(table)),
    fused: {
      type: "boolean",
      help: "the kernels after fusion, with flops and bytes, instead of the ops as recorded",
    },
    format: { type: "string", value: "text|dot|svg", help: "by the ending of --out, else text" },
    out: { type: "string", value: "FILE", short: "o", help: "writes a file instead of printing" },
  },
  run: (args) => run(args, table),
});

async function run(args: Arguments, table: SystemTable): Promise<unknown> {
  const out = text(args, "out");
  const ending = { ".dot": "dot", ".gv": "dot", ".svg": "svg" }[extname(out ?? "")] as
    | "dot"
    | "svg"
    | undefined;
  const format = oneOf(args, "format", ["text", "dot", "svg"], ending ?? "text");
  if (out !== undefined) checkFolder(dirname(out));
  const subject = await findSubject(args, table);
  const view = await inspectGraph(subject.record(), { fused: args.values.fused === true });
  const picture = FORMATS[format](view);
  if (out !== undefined) {
    await writeFileAtomic(out, new TextEncoder().encode(picture.endsWith("\n") ? picture : `${picture}\n`));
    if (!args.json) console.log(`${out}: ${subject.title}`);
  } else if (!args.json) console.log(picture);
  return { subject: subject.title, ...view };
}

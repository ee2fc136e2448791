/** `ganvas profile`: where the time goes, kernel by kernel. */
import { dirname } from "node:path";
import { init } from "../../engine/index.ts";
import { chromeTrace, profile, profileRows, profileTable } from "../../engine/inspect/index.ts";
import { writeFileAtomic } from "../../engine/io/node.ts";
import type { SystemTable } from "../../models/systems.ts";
import { adapterName } from "./adapter.ts";
import { type Arguments, type Command, oneOf, text, wholeNumber } from "./command.ts";
import { checkFolder } from "./files.ts";
import { findSubject, subjectOptions, subjectUsage } from "./subject.ts";
import { TUNED, useTuned } from "./tuned.ts";

export const profileCommand = async (table: SystemTable): Promise<Command> => ({
  usage: subjectUsage(table),
  options: {
    ...(await subjectOptions(table)),
    ...TUNED,
    by: {
      type: "string",
      value: "kernel|ops|layer|each",
      help: "what runs are put together by: shader file (default), ops in a kernel, layer, or nothing",
    },
    top: { type: "string", value: "N", help: "rows of the table (40 by default)" },
    runs: { type: "string", value: "N", help: "runs to measure, after two to warm up (1 by default)" },
    trace: { type: "string", value: "FILE", help: "writes a trace for https://ui.perfetto.dev" },
  },
  run: (args) => run(args, table),
});

async function run(args: Arguments, table: SystemTable): Promise<unknown> {
  const by = oneOf(args, "by", ["kernel", "ops", "layer", "each"], "kernel");
  const top = wholeNumber(args, "top", 1) ?? 40;
  const runs = wholeNumber(args, "runs", 1) ?? 1;
  const trace = text(args, "trace");
  if (trace !== undefined) checkFolder(dirname(trace));
  const subject = await findSubject(args, table);
  const adapter = await init();
  console.error(adapterName(adapter));
  await useTuned(args);
  for (let k = 0; k < 2; k++) await subject.record().data();
  const watched = await profile(async () => {
    for (let k = 0; k < runs; k++) {
      args.signal.throwIfAborted();
      await subject.record().data();
    }
  });
  if (trace !== undefined)
    await writeFileAtomic(trace, new TextEncoder().encode(JSON.stringify(chromeTrace(watched))));
  if (!args.json) console.log(`${subject.title}\n\n${profileTable(watched, by, top)}`);
  const { kernels, host, wall } = watched;
  return {
    subject: subject.title,
    adapter: adapterName(adapter),
    runs,
    kernels: kernels.length,
    submits: host.filter(({ kind }) => kind === "submit").length,
    wall,
    rows: profileRows(watched, by),
  };
}

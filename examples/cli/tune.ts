/** `ganvas tune`: measures which kernels are fastest on this adapter, for commands that are given `--tuned`. */
import { init } from "../../engine/index.ts";
import { saveTuning, tune } from "../../engine/tuning.ts";
import type { SystemTable } from "../../models/systems.ts";
import { adapterName } from "./adapter.ts";
import { type Arguments, type Command, wholeNumber } from "./command.ts";
import { Progress } from "./progress.ts";
import { findSubject, subjectOptions, subjectUsage } from "./subject.ts";
import { addTuned, tuningCache } from "./tuned.ts";

export const tuneCommand = async (table: SystemTable): Promise<Command> => ({
  usage: subjectUsage(table),
  options: {
    ...(await subjectOptions(table)),
    seconds: { type: "string", value: "N", help: "at most that long for one kernel (5 by default)" },
  },
  run: (args) => run(args, table),
});

async function run(args: Arguments, table: SystemTable): Promise<unknown> {
  const budget = 1000 * (wholeNumber(args, "seconds", 1) ?? 5);
  const subject = await findSubject(args, table);
  const adapter = await init();
  console.error(adapterName(adapter));
  // What was chosen for other networks stays.
  await addTuned();
  const progress = new Progress("tune");
  const kernels = await tune(() => subject.record().data(), {
    budget,
    onProgress: (done, total) => {
      args.signal.throwIfAborted();
      progress.update(done, total);
    },
  });
  progress.update(kernels.length, kernels.length);
  await saveTuning(tuningCache());
  if (!args.json) {
    console.log(`${subject.title}\n`);
    for (const { op, inputs, chosen, why } of kernels) {
      const shapes = inputs.map((sizes) => sizes.join("×")).join(" · ");
      console.log(`${op} ${shapes}: ${chosen.form} ${chosen.block}×${chosen.columns}, ${why}`);
    }
  }
  return { subject: subject.title, adapter: adapterName(adapter), kernels };
}

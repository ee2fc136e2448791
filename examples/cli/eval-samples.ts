/** `ganvas eval` of a network that makes pictures from noise: by the paper's protocol and by today's, beside the paper's numbers. */
import { dirname } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { init } from "../../engine/index.ts";
import { writePng } from "../../engine/io/node.ts";
import type { Judged } from "../../models/system.ts";
import type { SystemTable } from "../../models/systems.ts";
import { nodeHost } from "../../models/training/host-node.ts";
import { adapterName } from "./adapter.ts";
import { type Arguments, required, text, wholeNumber } from "./command.ts";
import { checkFolder, projectRoot } from "./files.ts";
import { Progress } from "./progress.ts";
import { openSampler } from "./systems-files.ts";

const COUNT = 10_000;

/** @returns what `--json` prints. @throws InputError for a system that is not judged by samples */
export async function evaluateSamples(args: Arguments, name: string, table: SystemTable): Promise<unknown> {
  const path = required(args, "data");
  const sheet = text(args, "sheet");
  if (sheet !== undefined) checkFolder(dirname(sheet));
  const { system, sampler, file } = await openSampler(name, table);
  if (!system.judge) throw new InputError(`there is no protocol here to judge ${system.title} by`);
  const [perceptual, retrieval] = [text(args, "perceptual"), text(args, "retrieval")];
  console.error(adapterName(await init()));
  const progress = new Progress("eval");
  const judgement = await system.judge(sampler, {
    path,
    host: nodeHost(projectRoot()),
    count: wholeNumber(args, "n", 1) ?? COUNT,
    seed: wholeNumber(args, "seed") ?? 0,
    ...(perceptual !== undefined && { perceptual }),
    ...(retrieval !== undefined && { retrieval }),
    signal: args.signal,
    onProgress: (done, total, what) => progress.update(done, total, what),
  });
  const { scores, notes, sheet: picture } = judgement;
  if (sheet !== undefined) {
    if (!picture) throw new InputError(`eval makes no sheet of ${system.title}: leave --sheet out`);
    await writePng(sheet, picture);
  }
  if (!args.json) {
    const width = Math.max(...scores.map((score) => score.name.length));
    for (const score of scores) console.log(rowOf(score, width));
    for (const note of notes) console.log(note);
  }
  return { model: file, system: system.name, scores, notes };
}

function rowOf({ name, value, error, paper, real }: Judged, width: number): string {
  const figure = `${value.toPrecision(5)}${error === undefined ? "" : ` ± ${error.toPrecision(2)}`}`;
  const beside = [
    ...(real === undefined ? [] : [`real pictures: ${real.toPrecision(4)}`]),
    ...(paper === undefined ? [] : [`paper: ${paper}`]),
  ];
  return `${name.padEnd(width)}  ${figure}${beside.length === 0 ? "" : `  (${beside.join("; ")})`}`;
}

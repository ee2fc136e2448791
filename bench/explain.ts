/** Which kernels a case runs, what was tried for each, and what was chosen: `npm run bench -- --explain CASE`. */
import { close, idle, init } from "../engine/index.ts";
import { type TunedKernel, tune, type TuneOptions } from "../engine/tuning.ts";
import { cases } from "./cases/index.ts";
import { digits, table } from "./report.ts";

/**
 * @param id of one case
 * @throws RangeError when there is no such case
 */
export async function explain(id: string, options: TuneOptions): Promise<string> {
  const item = cases.find((one) => one.id === id);
  if (!item) throw new RangeError(`there is no case "${id}"; there are ${cases.map((c) => c.id).join(", ")}`);
  await init();
  const run = await item.prepare();
  await idle();
  const kernels = await tune(run, options);
  await close();
  const text = kernels.map(describe).join("\n\n");
  return `${item.title}\n\n${text || "no kernel of it can be chosen"}`;
}

function describe({ key, op, inputs, shape, flops, bytes, tried, chosen, why }: TunedKernel): string {
  const shapes = inputs.map((sizes) => sizes.join("×")).join(" · ");
  const work = `${digits(flops / 1e6)} MFLOP, ${digits(bytes / 1e6)} MB`;
  const rows = tried.map(({ tile, milliseconds, refused }) => [
    `${tile === chosen ? "→" : " "} ${tile.form}`,
    `${tile.block}`,
    `${tile.columns}`,
    milliseconds === undefined ? "" : digits(milliseconds),
    milliseconds === undefined ? (refused ?? "") : digits(flops / milliseconds / 1e6),
  ]);
  const head = ["  form", "rows a thread", "threads across", "ms", "GFLOP/s"];
  return `${op}  ${shapes} -> ${shape.join("×")}  ${work}  [${key}]\n${table([head, ...rows])}\n  ${why}`;
}

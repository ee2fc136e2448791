/** `ganvas check`: every op on this adapter against float64 loops, for people with an unusual GPU. */
import { InputError } from "../../engine/errors.ts";
import { init } from "../../engine/index.ts";
import { opCases } from "../../test/reference/cases.ts";
import { type CaseReport, checkOps } from "../../test/reference/check.ts";
import { engineBackend } from "../../test/reference/engine.ts";
import { adapterName } from "./adapter.ts";
import { type Command, positionals, text } from "./command.ts";
import { Progress } from "./progress.ts";

export const check: Command = {
  usage: "",
  options: { filter: { type: "string", value: "REGEXP", help: "only ops whose name matches" } },
  async run(args) {
    positionals(args, 0, "check takes no arguments, only --filter");
    const pattern = parsePattern(text(args, "filter"));
    const total = Object.entries(opCases).flatMap(([family, cases]) =>
      cases.filter(({ name }) => !pattern || pattern.test(`${family} ${name}`)),
    ).length;
    if (total === 0) throw new InputError(`check: no op matches --filter ${pattern?.source}`);
    const device = await init();
    if (!args.json) console.log(adapterName(device));
    const progress = new Progress("check");
    const results: CaseReport[] = [];
    for await (const result of checkOps(opCases, engineBackend, pattern)) {
      args.signal.throwIfAborted();
      results.push(result);
      if (result.status === "failed")
        progress.say(`FAILED ${result.name}: ${result.error ?? JSON.stringify(result.check)}`);
      progress.update(results.length, total, result.name);
    }
    const count = (status: string) => results.filter((r) => r.status === status).length;
    const summary = { passed: count("passed"), failed: count("failed"), unsupported: count("not supported") };
    if (!args.json) {
      for (const family of new Set(results.map((r) => r.family))) {
        const own = results.filter((r) => r.family === family);
        const worst = Math.max(
          0,
          ...own
            .flatMap((r) => (r.check ? [r.check.forward, r.check.gradient, r.check.second] : []))
            .map((x) => x ?? 0),
        );
        console.log(
          `${family.padEnd(14)} ${own.filter((r) => r.status === "passed").length}/${own.length}  worst error ${worst.toPrecision(2)} of what is allowed`,
        );
      }
      const missing = summary.unsupported > 0 ? `, ${summary.unsupported} not supported by the engine` : "";
      console.log(`${summary.passed} passed, ${summary.failed} failed${missing}`);
    }
    if (summary.failed > 0) process.exitCode = 1;
    return { adapter: device, ...summary, results };
  },
};

/** @throws InputError when it is no regular expression */
function parsePattern(filter: string | undefined): RegExp | undefined {
  try {
    return filter === undefined ? undefined : new RegExp(filter);
  } catch (error) {
    throw new InputError(`--filter takes a regular expression: ${(error as Error).message}`);
  }
}

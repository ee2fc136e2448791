/**
 * Random graphs in thousands (values and gradients against the float64 reference, fused against one kernel an op), random
 * shapes for every family of kernels, and a long training in constant memory. The exit code is 0 where every case passed, 1 where one did not, 2 where an option cannot
 * be used, 130 where it was ended by a signal (which still prints what has run).
 */

import { parseArgs } from "node:util";
import { InputError } from "../../engine/errors.ts";
import { Progress } from "../../examples/cli/progress.ts";
import { randomGraph } from "../engine/graph/random-graph.ts";
import { chooseImplementations, NAMES } from "../runner/implementations.ts";
import { complaints, countsOf, table } from "../runner/report.ts";
import { runAll, untilSignal } from "../runner/run-all.ts";
import { caseOf, idsOf } from "./ids.ts";

const USAGE = `npm run test:nightly -- [--graphs N] [--seed TEXT] [--case ID] [--on WHERE]

  --graphs N   how many random graphs (default 2000), with a twentieth as many random shapes for each family of kernels;
               they are shared out among the implementations
  --seed TEXT  the same seed gives the same cases (default: today's date)
  --case ID    only the case of this id; a graph is printed
  --on WHERE   where to run: all, or some of ${NAMES.filter((name) => name !== "chromium").join(", ")} with commas
               between (default: Dawn in Node on this machine's best adapter)`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        graphs: { type: "string", default: "2000" },
        seed: { type: "string", default: new Date().toISOString().slice(0, 10) },
        case: { type: "string" },
        on: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (!/^[1-9]\d{0,6}$/.test(values.graphs))
      throw new InputError(`--graphs: needs a whole number from 1 on, got ${values.graphs}`);
    return values;
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

/** Prints what a case is. @throws InputError where there is none of this id */
function describe(id: string): void {
  try {
    const { seed, family, updates } = caseOf(id);
    const text = updates === undefined ? randomGraph(seed).text : `${updates} updates of a small SRGAN`;
    console.log(family ? `${family.of.name}${family.form ? `, ${family.form} kernels` : ""}` : text);
  } catch (error) {
    throw new InputError(`--case: ${error instanceof Error ? error.message : error}`);
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const chosen = chooseImplementations(options.on).chosen.filter(({ name }) => name !== "chromium");
  for (const { name, description } of chosen) console.error(`${name}: ${description}`);
  const ids = options.case === undefined ? idsOf(options.seed, Number(options.graphs)) : [options.case];
  if (options.case !== undefined) describe(options.case);
  console.error(`${ids.length} cases, seed ${options.seed}`);
  const cases = ids.map((id) => ({ id, group: id.split(" ")[0] as string }));

  const progress = new Progress("cases");
  const total = options.case === undefined ? cases.length : chosen.length;
  let done = 0;
  const job = { entry: "test/nightly/host-main.ts", args: [] };
  const outcomes = await runAll(
    chosen,
    job,
    // Each case on one implementation; one asked for by its id on all.
    (implementation) =>
      cases.filter((_, k) => options.case !== undefined || chosen[k % chosen.length] === implementation),
    (outcome) => {
      if (outcome.status === "failed") progress.say(complaints([outcome])[0] as string);
      progress.update(++done, total, outcome.on);
    },
    untilSignal(),
  );

  console.log(
    table(
      outcomes,
      chosen.map(({ name }) => name),
      ({ group }) => group,
    ),
  );
  for (const line of complaints(outcomes)) console.log(line);
  const { passed, failed } = countsOf(outcomes);
  if (done < total) console.log(`cut off: ${total - done} cases did not run`);
  if (failed > 0) console.log('to see one of them: npm run test:nightly -- --case "ID"');
  console.log(`seed ${options.seed}`);
  console.log(`${passed} passed, ${failed} failed`);
  if (done < total) return 130;
  return failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/**
 * Runs ONNX's operator tests on the engine. Progress goes to stderr. The exit code is 0 where no case failed, 1 where one gave a wrong
 * result, 2 where the folder or an option cannot be used. What an import refuses by name counts as unsupported.
 */
import { parseArgs } from "node:util";
import { InputError } from "../../engine/errors.ts";
import { init } from "../../engine/index.ts";
import { Progress } from "../../examples/cli/progress.ts";
import { type CaseOutcome, findCases, runCase } from "./cases.ts";

const USAGE = `npm run -s test:onnx -- --dir DIR [--filter REGEXP] [--json]

  --dir DIR        ONNX's operator tests: folders with model.onnx and test_data_set_*, at any depth
                   (default ../shared/fixtures/onnx)
  --filter REGEXP  only cases whose name matches
  --json           one JSON object on stdout, with the names of all cases by what became of them`;

async function main(): Promise<number> {
  const { values } = options();
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const filter = new RegExp(values.filter ?? "");
  const cases = findCases(values.dir ?? "../shared/fixtures/onnx").filter(({ name }) => filter.test(name));
  const device = await init();
  console.error(device.description);
  const progress = new Progress("cases");
  const outcomes: CaseOutcome[] = [];
  for (const one of cases) {
    const outcome = await runCase(one);
    outcomes.push(outcome);
    if (outcome.status === "failed") progress.say(`${outcome.name}: ${outcome.detail}`);
    progress.update(outcomes.length, cases.length);
  }
  const of = (status: CaseOutcome["status"]) => outcomes.filter((outcome) => outcome.status === status);
  const [passed, failed, unsupported] = [of("passed"), of("failed"), of("unsupported")];
  if (values.json) {
    const named = ({ name, detail }: CaseOutcome) => ({ name, detail });
    console.log(
      JSON.stringify({
        passed: passed.map(({ name }) => name),
        failed: failed.map(named),
        unsupported: unsupported.map(named),
        counts: {
          total: cases.length,
          passed: passed.length,
          failed: failed.length,
          unsupported: unsupported.length,
        },
      }),
    );
  } else {
    for (const { name, detail } of failed) console.log(`failed      ${name}: ${detail}`);
    for (const { name, detail } of unsupported) console.log(`unsupported ${name}: ${detail}`);
    console.log(`${passed.length} passed, ${failed.length} failed, ${unsupported.length} unsupported`);
  }
  return failed.length > 0 ? 1 : 0;
}

function options() {
  try {
    return parseArgs({
      options: {
        dir: { type: "string" },
        filter: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

// Nobody may read to the end (`| head`).
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

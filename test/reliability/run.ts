/**
 * Faults of every kind, put in from outside, and what came of them: one table, a row a kind. The exit code is 0 where all held, 1
 * where something did not, 2 where an option cannot be used.
 */
import { parseArgs } from "node:util";
import { InputError } from "../../engine/errors.ts";
import { isHeld, type Row, table } from "./row.ts";
import { kinds } from "./rows/index.ts";

const USAGE = `npm run test:reliability -- [--short] [--only KIND[,…]] [--times N] [--json]

  --short      a few of each kind, in a minute; without, tens of minutes
  --only KIND  some of ${Object.keys(kinds).join(", ")}
  --times N    N times as many of what is drawn by chance: losses, broken files (default 1)
  --json       the rows as JSON on stdout`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        short: { type: "boolean", default: false },
        only: { type: "string", default: Object.keys(kinds).join(",") },
        times: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (!/^[1-9]\d{0,5}$/.test(values.times))
      throw new InputError(`--times: needs a whole number from 1 on, got ${values.times}`);
    const only = values.only.split(",");
    const unknown = only.find((name) => !Object.hasOwn(kinds, name));
    if (unknown !== undefined) throw new InputError(`--only: there is no kind "${unknown}"`);
    return { ...values, only };
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

async function main(): Promise<number> {
  const { short, only, times, json, help } = readOptions();
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const rows: Row[] = [];
  for (const name of only) {
    const progress = (what: string) => console.error(`${name}: ${what}`);
    progress("begins");
    const made = await (kinds[name] as (typeof kinds)[string])({ short, share: Number(times), progress });
    const all = [made].flat() as Row[];
    rows.push(...all);
    console.error(table(all));
  }
  console.log(json ? JSON.stringify(rows, null, 2) : `\n${table(rows)}`);
  const failing = rows.filter((row) => !isHeld(row));
  if (!json) console.log(`${rows.length - failing.length} kinds held, ${failing.length} did not`);
  return failing.length > 0 ? 1 : 0;
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exit(2);
}

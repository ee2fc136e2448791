/** What a host process does: says which adapter it runs on, then reads ids from stdin and prints a line of JSON for each. */

import process from "node:process";
import { createInterface } from "node:readline";
import type { Outcome } from "../fixtures/outcome.ts";
import { adapterName, encode } from "./host-lines.ts";

/** Answers until stdin ends, then ends the process. */
export async function serve(run: (id: string) => Promise<Outcome>): Promise<never> {
  process.stdout.write(`${encode({ adapter: await adapterName() })}\n`);
  for await (const id of createInterface({ input: process.stdin }))
    process.stdout.write(`${encode(await run(id))}\n`);
  // Dawn's threads would keep the process alive.
  process.exit(0);
}

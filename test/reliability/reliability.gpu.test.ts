/** The short form of `npm run test:reliability`: a few faults of every kind, all of which have to hold. */
import { describe, expect, test } from "vitest";
import { close } from "../../engine/index.ts";
import { isHeld, type Row, table } from "./row.ts";
import { kinds } from "./rows/index.ts";

describe("faults", () => {
  test.each(Object.entries(kinds))("%s", async (_, kind) => {
    const rows = [await kind({ short: true, share: 1, progress: () => {} })].flat() as Row[];
    const failing = rows.filter((row) => !isHeld(row));
    expect(failing, table(failing)).toEqual([]);
    await close();
  });
});

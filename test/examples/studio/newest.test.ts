/** Keeping up with somebody who changes things faster than they are made. */
import { expect, test } from "vitest";
import { Newest } from "../../../examples/studio/components/newest.ts";

test("the first and the last of what is asked for are made, one at a time", async () => {
  const made: string[] = [];
  const ends: (() => void)[] = [];
  const newest: Newest<string> = new Newest(async (wish) => {
    made.push(wish);
    await new Promise<void>((end) => ends.push(end));
    made.push(`${wish} made${newest.overtaken ? ", overtaken" : ""}`);
  });
  const first = newest.ask("a");
  for (const wish of ["b", "c"]) await newest.ask(wish);
  expect(made).toEqual(["a"]);
  ends[0]?.();
  await new Promise((resolve) => setTimeout(resolve));
  expect(made).toEqual(["a", "a made, overtaken", "c"]);
  ends[1]?.();
  await first;
  expect(made.slice(3)).toEqual(["c made"]);
  void newest.ask("d");
  expect(made.at(-1)).toBe("d");
});

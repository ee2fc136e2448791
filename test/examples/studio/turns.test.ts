/** Work in turns: order, failure, and giving up while waiting. */
import { expect, test } from "vitest";
import { Turns } from "../../../examples/studio/turns.ts";

/** Work whose end is in the test's hands. */
function work(log: string[], name: string) {
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async () => {
    log.push(`${name} begins`);
    await done;
    log.push(`${name} ends`);
    return name;
  };
  return { run, end: () => end() };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

test("work does not overlap, and failure does not hold up the next", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const [a, c] = [work(log, "a"), work(log, "c")];
  const first = turns.take(a.run);
  const second = turns.take(() => Promise.reject(new Error("b failed")));
  const third = turns.take(c.run);
  c.end();
  await settle();
  expect(log).toEqual(["a begins"]);
  a.end();
  expect(await first).toBe("a");
  await expect(second).rejects.toThrow("b failed");
  expect(await third).toBe("c");
  expect(log).toEqual(["a begins", "a ends", "c begins", "c ends"]);
});

test("who gives up while waiting is told at once, is never begun, and lets nobody pass", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const [a, b, c] = [work(log, "a"), work(log, "b"), work(log, "c")];
  const first = turns.take(a.run);
  const giving = new AbortController();
  const second = turns.take(b.run, giving.signal);
  const third = turns.take(c.run);
  giving.abort(new Error("no longer wanted"));
  await expect(second).rejects.toThrow("no longer wanted");
  await settle();
  expect(log).toEqual(["a begins"]);
  a.end();
  c.end();
  await Promise.all([first, third]);
  expect(log).toEqual(["a begins", "a ends", "c begins", "c ends"]);
});

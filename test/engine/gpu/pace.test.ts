/** How much work a submit takes, on adapters of any speed. */
import { expect, test } from "vitest";
import { Pace, SUBMIT_MS } from "../../../engine/gpu/pace.ts";

/** An adapter that does so much work a millisecond, one submit after the other, on a clock of its own. */
class MadeUpAdapter {
  now = 0;
  private free = 0;
  private readonly ends: { readonly at: number; readonly resolve: () => void }[] = [];
  private readonly speed: number;

  constructor(speed: number) {
    this.speed = speed;
  }

  submit(pace: Pace, work: number): number {
    const milliseconds = work / this.speed;
    this.free = Math.max(this.free, this.now) + milliseconds;
    const at = this.free;
    const done = new Promise<void>((resolve) => this.ends.push({ at, resolve }));
    pace.begin(work, done, () => this.now);
    return milliseconds;
  }

  /** Lets the next submit end. */
  async step(): Promise<void> {
    const end = this.ends.shift();
    if (!end) return;
    this.now = Math.max(this.now, end.at);
    end.resolve();
    for (let k = 0; k < 5; k++) await Promise.resolve();
  }
}

test.each([
  ["a slow processor", true, 2e5],
  ["a processor", true, 3e7],
  ["a GPU of a phone", false, 5e7],
  ["a large GPU", false, 1e10],
])("submits come to take 50 ms on %s", async (_, software, speed) => {
  const pace = new Pace(software);
  const adapter = new MadeUpAdapter(speed);
  let last = 0;
  for (let k = 0; k < 60; k++) {
    while (pace.full) await adapter.step();
    last = adapter.submit(pace, pace.perSubmit);
  }
  expect(last).toBeGreaterThan(0.7 * SUBMIT_MS);
  expect(last).toBeLessThan(1.3 * SUBMIT_MS);
});

test("one submit waits behind the one that runs, not more; small ones are let through", async () => {
  const adapter = new MadeUpAdapter(1e6);
  const pace = new Pace(true);
  adapter.submit(pace, pace.perSubmit);
  expect(pace.full).toBeUndefined();
  adapter.submit(pace, pace.perSubmit);
  expect(pace.full).toBeDefined();
  await adapter.step();
  expect(pace.full).toBeUndefined();
  await adapter.step();
  for (let k = 0; k < 15; k++) adapter.submit(pace, 1);
  expect(pace.full).toBeUndefined();
  adapter.submit(pace, 1);
  expect(pace.full).toBeDefined();
});

import { describe, expect, test } from "vitest";
import { srganConcerns } from "../../../models/super-resolution/srgan-watch.ts";
import { Watch } from "../../../models/training/watch.ts";

const MEASURES = ["content", "red", "green", "blue", "D(real)", "D(fake)"];
const FINE = [0.01, 0, 1, -1, 0.7, 0.3];

/** All warnings of updates with these measures. */
function warnings(rows: (step: number) => readonly number[], steps: number): string[] {
  const watch = new Watch(MEASURES, srganConcerns);
  return Array.from({ length: steps }, (_, k) => watch.observe(k + 1, rows(k + 1))).flat();
}

describe("watching over a game of two networks", () => {
  test("nothing is said while it goes well", () => {
    expect(warnings(() => FINE, 1000)).toEqual([]);
  });

  test("a discriminator that knows everything is told, not at once and not each time", () => {
    const sure = [0.01, 0, 0, 0, 0.995, 0.004];
    expect(warnings(() => sure, 199)).toEqual([]);
    const told = warnings(() => sure, 500);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^the discriminator knows every picture \(D\(real\) 0\.99, D\(fake\) 0\.00\)/);
  });

  test("a generator that leaves the originals is told", () => {
    const [told, ...more] = warnings((step) => [step < 300 ? 0.01 : 0.1, ...FINE.slice(1)], 420);
    expect(told).toMatch(
      /^the generator moves away from the originals: its content loss is 0\.\d+, it was 0\.01/,
    );
    expect(more).toEqual([]);
  });

  test("colours that drift are told with their direction", () => {
    const [told] = warnings(() => [0.01, 9.5, -7, 0.2, 0.7, 0.3], 250);
    expect(told).toMatch(/^colours drift: on average red is \+9\.5, green -7\.0 and blue \+0\.2 of 255/);
  });

  test("a run that goes on is looked after as if it had never stopped", () => {
    const rows = (step: number) => [step < 150 ? 0.01 : 0.1, step > 400 ? 20 : 0, 0, 0, 0.995, 0.004];
    const told: [number, string][] = [];
    let watch = new Watch(MEASURES, srganConcerns);
    for (let step = 1; step <= 900; step++) {
      // Before the best loss is known, before the first warning, between two, and right after one.
      if ([30, 190, 300, 401, 450].includes(step))
        watch = new Watch(MEASURES, srganConcerns, JSON.parse(JSON.stringify(watch.state)));
      told.push(...watch.observe(step, rows(step)).map((text): [number, string] => [step, text]));
    }
    const unbroken = new Watch(MEASURES, srganConcerns);
    const want = Array.from({ length: 900 }, (_, k) =>
      unbroken.observe(k + 1, rows(k + 1)).map((text): [number, string] => [k + 1, text]),
    ).flat();
    expect(new Set(want.map(([, text]) => text.slice(0, 20))).size).toBe(3);
    expect(told).toEqual(want);
  });

  test("one bad batch is no news", () => {
    expect(warnings((step) => (step === 400 ? [0.2, 60, 60, 60, 1, 0] : FINE), 450)).toEqual([]);
  });

  test("a generator alone is watched for what it has", () => {
    const watch = new Watch(["loss"]);
    expect(Array.from({ length: 500 }, (_, k) => watch.observe(k, [0.1])).flat()).toEqual([]);
  });
});

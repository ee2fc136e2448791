/** How scripts of pages are shortened: to the same code, with source maps that lead to what was written. */
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { pageOptions, smallScripts } from "../../examples/setup/bundle.mjs";

const SOURCE = `class Counter { private readonly startingPoint: number;
  constructor(startingPoint: number) { this.startingPoint = startingPoint; }
  plus(amountToAdd: number) { return this.startingPoint + amountToAdd; } }
globalThis.answer = new Counter(40).plus(2);`;

const bundle = (sourcemap: "linked" | false) =>
  build({
    ...pageOptions,
    stdin: { contents: SOURCE, loader: "ts", sourcefile: "counter.ts" },
    outdir: "out",
    minify: true,
    sourcemap,
    plugins: [smallScripts],
  });

describe("scripts of pages", () => {
  test("do the same in fewer bytes", async () => {
    const { outputFiles } = await bundle(false);
    expect(outputFiles).toHaveLength(1);
    const [script] = outputFiles;
    expect(script?.text.length).toBeLessThan(SOURCE.length * 0.6);
    expect(script?.text).not.toContain("amountToAdd");
    expect(script?.text).not.toContain("sourceMappingURL");
    await import(`data:text/javascript,${encodeURIComponent(script?.text ?? "")}`);
    expect(Reflect.get(globalThis, "answer")).toBe(42);
  });

  test("have source maps that lead to what was written", async () => {
    const { outputFiles } = await bundle("linked");
    const map = outputFiles.find(({ path }) => path.endsWith(".js.map"));
    const script = outputFiles.find(({ path }) => path.endsWith(".js"));
    expect(script?.text).toMatch(/\n\/\/# sourceMappingURL=stdin\.js\.map\n?$/);
    const { sources, sourcesContent, mappings } = JSON.parse(map?.text ?? "{}");
    expect(sources.some((source: string) => source.endsWith("counter.ts"))).toBe(true);
    expect(sourcesContent).toContain(SOURCE);
    expect(mappings.length).toBeGreaterThan(10);
  });
});

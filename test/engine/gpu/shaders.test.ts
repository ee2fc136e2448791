/** What the engine relies on in every shader file, checked without a device. */
import { describe, expect, test } from "vitest";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { specialise } from "../../../engine/gpu/kernel.ts";
import { accessOf, shaderFiles } from "./shader-files.ts";

/** The graph compiler appends any number of inputs to these, so their output comes first. */
const OUTPUT_FIRST = ["moments-merge.wgsl", "moments.wgsl", "pointwise.wgsl", "reduce.wgsl"];
/** Updates state in place, all of it behind the inputs. */
const OPTIMISERS = ["adam.wgsl", "rmsprop.wgsl", "sgd.wgsl"];
/** Storage buffers that WebGPU guarantees a stage. */
const GUARANTEED_BUFFERS = 8;

test("there are shader files", () => {
  expect(shaderFiles.length).toBeGreaterThan(15);
});

describe.each(shaderFiles)("$file", ({ file, text }) => {
  const parsed = new WgslReflect(text);
  const declared = [...text.matchAll(/^(const|alias|override) (\w+)(?:: *\w+)? = ([^;]*);/gm)].map(
    (found) => ({
      name: found[2] as string,
      value: found[3] as string,
    }),
  );
  const hooks = [...text.matchAll(/^fn (\w+)\(/gm)]
    .map((found) => found[1] as string)
    .filter((name) => name !== "main");

  test("parses alone and has one entry, main, a compute shader", () => {
    expect(parsed.entry.compute.map((entry) => entry.name)).toEqual(["main"]);
    expect([...parsed.entry.vertex, ...parsed.entry.fragment]).toEqual([]);
  });

  test("opens with what it computes", () => {
    expect(text).toMatch(/^\/\/ .{20,}/);
  });

  test("binds storage buffers of group 0, numbered through: inputs first, output last", () => {
    const [group, ...others] = parsed.getBindGroups();
    expect(others).toEqual([]);
    const bindings = group ?? [];
    expect(bindings.map((binding) => binding.binding)).toEqual(bindings.map((_, k) => k));
    expect(bindings.length).toBeLessThanOrEqual(GUARANTEED_BUFFERS);
    const order = OUTPUT_FIRST.includes(file) ? /^wr*$/ : OPTIMISERS.includes(file) ? /^r+w+$/ : /^r+w$/;
    expect(accessOf(text)).toMatch(order);
    expect(accessOf(text)).toHaveLength(bindings.length);
  });

  test("gives every declared name the value it is asked to", () => {
    expect(declared.length).toBeGreaterThan(0);
    for (const { name, value } of declared) {
      expect(specialise(file, text, { constants: { [name]: value } })).toBe(text);
      const other = specialise(file, text, { constants: { [name]: "OTHER" } });
      expect(other.split("\n").filter((line, k) => line !== text.split("\n")[k])).toHaveLength(1);
    }
  });

  test("has each hook as a function that can be replaced", () => {
    for (const hook of hooks) {
      const start = text.search(new RegExp(`^fn ${hook}\\(`, "m"));
      const header = text.slice(start, text.indexOf("{", start));
      const body = `${header}{\n  let original = 1;\n  if (original > 0) { return ${/-> *(\w+)/.exec(header)?.[1]}(); }\n}`;
      const replaced = specialise(file, text, { hooks: { [hook]: body } });
      expect(replaced).toContain(body);
      expect(new WgslReflect(replaced).entry.compute).toHaveLength(1);
    }
  });
});

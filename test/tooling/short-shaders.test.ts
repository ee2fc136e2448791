import { readdirSync, readFileSync } from "node:fs";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { describe, expect, test } from "vitest";
import { specialise, storedAlias } from "../../engine/gpu/kernel.ts";
import { shortened } from "../../examples/setup/short-shaders.mjs";

const folder = new URL("../../shaders/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".wgsl"));

const withoutComments = (wgsl: string) => wgsl.replace(/\/\/.*/g, "").replace(/\s+/g, "");
/** What can be replaced, in order. */
const declared = (wgsl: string) =>
  [...wgsl.matchAll(/^(?:const|alias|override|fn)\s+(\w+)/gm)].map(([, name]) => name);

describe("a shader as pages load it", () => {
  test.each(files)("%s says the same in fewer bytes", (file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    const short = shortened(text);
    expect(short.length).toBeLessThan(text.length);
    expect(short).not.toMatch(/\/\/|\n\s|\s\n|\n\n/);
    expect(withoutComments(short)).toBe(withoutComments(text));
    expect(declared(short)).toEqual(declared(text));
    expect(() => new WgslReflect(short)).not.toThrow();
    const stored = [...text.matchAll(/@binding\((\d+)\) var<storage, \w+> \w+: array<Stored\w+>/g)];
    for (const [, binding] of stored)
      expect(storedAlias(file, short, Number(binding), {})).toEqual(
        storedAlias(file, text, Number(binding), {}),
      );
  });

  test("is specialised as the file is", () => {
    const text = readFileSync(new URL("conv2d.tile.wgsl", folder), "utf8");
    const by = {
      constants: { H: 17, In: "f32" },
      hooks: { epilogue: "fn epilogue(v: Out, i: u32) -> Out { return -v; }" },
    };
    expect(withoutComments(specialise("conv2d", shortened(text), by))).toBe(
      withoutComments(specialise("conv2d", text, by)),
    );
  });
});

import { build } from "esbuild";
import { readdirSync, readFileSync } from "node:fs";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { describe, expect, test } from "vitest";
import { specialise, storedAlias } from "../../engine/gpu/kernel.ts";
import { commonOptions } from "../../examples/setup/bundle.mjs";
import { minifyWgsl, shortNames, tokensOf } from "../../examples/setup/minify-wgsl.mjs";
import { alikeSideBySide, shortShaders } from "../../examples/setup/short-shaders.mjs";

const folder = new URL("../../shaders/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".wgsl"));

const names = shortNames(files.map((file) => readFileSync(new URL(file, folder), "utf8")));
const shortened = (file: string) => minifyWgsl(readFileSync(new URL(file, folder), "utf8"), names);

/** What can be replaced, in order: all that is declared but the entry. */
const declared = (wgsl: string) =>
  [...wgsl.matchAll(/^(?:const|alias|override|fn)\s+(?!main\b)(\w+)/gm)].map(([, name]) => name);

describe("a shader as pages load it", () => {
  test.each(files)("%s says the same in fewer bytes", (file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    const short = minifyWgsl(text);
    expect(short.length).toBeLessThan(text.length * 0.75);
    expect(short).not.toMatch(/\/\/|\/\*|\n\s|\s\n/);
    expect(tokensOf(short)).toEqual(tokensOf(text));
    expect(declared(short)).toEqual(declared(text));
    expect(() => new WgslReflect(short)).not.toThrow();
    const stored = [...text.matchAll(/@binding\((\d+)\) var<storage, \w+> \w+: array<Stored\w+>/g)];
    for (const [, binding] of stored)
      expect(storedAlias(file, short, Number(binding), {})).toEqual(
        storedAlias(file, text, Number(binding), {}),
      );
  });

  test.each(files)("%s takes other values for the names that it declares", (file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    for (const [, name, old] of text.matchAll(/^(?:const|alias|override) (\w+)(?:: *\w+)? = ([^;]*);/gm)) {
      const by = { constants: { [name as string]: /^\d+u$/.test(old as string) ? 17 : "OTHER" } };
      expect(tokensOf(specialise(file, minifyWgsl(text), by))).toEqual(tokensOf(specialise(file, text, by)));
    }
  });

  test.each(files)("%s is still WGSL with short names", (file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    const [short, whole] = [shortened(file), minifyWgsl(text)];
    expect(short.length).toBeLessThan(whole.length);
    expect(declared(short)).toEqual(declared(text));
    expect(() => new WgslReflect(short)).not.toThrow();
    // Names are exchanged one for one: put back, they give what was there.
    const long = new Map([...names].map(([name, short]) => [short, name]));
    expect(minifyWgsl(short, long)).toBe(whole);
  });

  test("takes hooks and declarations", () => {
    const text = readFileSync(new URL("conv2d.tile.wgsl", folder), "utf8");
    const by = {
      constants: { H: 17, In: "f32" },
      hooks: { epilogue: "fn epilogue(v: Out, i: u32) -> Out { return -v; }" },
      declarations: "@group(0) @binding(3) var<storage, read> bias: array<f32>;",
    };
    expect(tokensOf(specialise("conv2d", minifyWgsl(text), by))).toEqual(
      tokensOf(specialise("conv2d", text, by)),
    );
  });
});

describe("minifyWgsl", () => {
  test.each([
    ["comments that hold comments", "let a = 1; /* x /* y */ z */ let b = 2;", "let a=1;\nlet b=2;"],
    ["comments to the end of a line, with signs of others in them", "a = 1; // /* \nb = 2;", "a=1;\nb=2;"],
    ["a comment that parts words", "let/**/a = b;", "let a=b;"],
    ["signs that would be one", "a = b - -c + +d;", "a=b- -c+ +d;"],
    ["a quotient by what a pointer points to", "a = b / *p;", "a=b/ *p;"],
    ["and of an address", "f(a & &b);", "f(a& &b);"],
    ["the end of a template list before =", "var a: array<vec4<f32>> = b;", "var a:array<vec4<f32>> =b;"],
    ["a single end of a template list before =", "var a: vec4<f32> = b;", "var a:vec4<f32> =b;"],
    ["shifts and comparisons", "a = b >> 2u; c >>= 1u; d = e >= f;", "a=b>>2u;\nc>>=1u;\nd=e>=f;"],
    [
      "numbers of every kind",
      "a = .5 + 1. + 1.5e-3f + 0x1.8p3 + 0x7fu + 2h;",
      "a=.5+1.+1.5e-3f+0x1.8p3+0x7fu+2h;",
    ],
    ["a number and its sign", "a = b -1 - 2e3;", "a=b-1-2e3;"],
    ["members, and numbers that end in a point", "a . x = b [ 0 ] . y + 1. ;", "a.x=b[0].y+1.;"],
    ["words beside numbers", "return 1u ;", "return 1u;"],
    ["names in any script", "let größe = Δ;", "let größe=Δ;"],
    ["underscores", "_ = a; let __x_1 = 2;", "_=a;\nlet __x_1=2;"],
    ["attributes", "@compute @workgroup_size( N )\nfn main ( ) { }", "@compute@workgroup_size(N)fn main(){}"],
  ])("%s", (_, wgsl, short) => {
    expect(minifyWgsl(wgsl)).toBe(short);
    expect(tokensOf(short)).toEqual(tokensOf(wgsl));
  });

  test("gives declarations lines of their own, and functions one", () => {
    const wgsl =
      "struct A { x: f32, }\nconst B = 1u;\nfn f() -> u32 {\n  if (B > 0u) { return 1u; }\n  return 2u;\n}\n";
    expect(minifyWgsl(wgsl)).toBe(
      "struct A{x:f32,}\nconst B=1u;\nfn f()->u32{if(B>0u){return 1u;}return 2u;}",
    );
  });

  test.each(["/* open", "a; /* b /* c */"])("refuses %j, whose comment does not end", (wgsl) => {
    expect(() => minifyWgsl(wgsl)).toThrow("a comment does not end");
  });
});

describe("shortNames", () => {
  const shaders = [
    "const SIZE = 4u; fn main(@builtin(global_invocation_id) id: vec3u) { let index = id.x; let scale = index; y[index] = scale; }",
    "var<private> scale: f32; struct A { index: f32, } fn f(v: A) -> f32 { let index = v.index; return index + index + a; }",
  ];

  test("are given to what functions declare, most used first, and are alike in all shaders", () => {
    expect([...shortNames(shaders.slice(0, 1))]).toEqual([
      ["index", "a"],
      ["id", "b"],
      ["scale", "c"],
    ]);
    expect([...shortNames(["fn f() { let first = a; }", "fn f() { let first = 1; }"])]).toEqual([
      ["first", "b"],
    ]);
  });

  test("spare what means something else in one of them", () => {
    const names = shortNames(shaders);
    expect(names.get("scale")).toBeUndefined();
    expect(names.get("index")).toBeUndefined();
    expect(names.get("id")).toBe("b");
  });

  test("spare members and attributes", () => {
    expect(minifyWgsl("fn f(@group(0) group: A) { group.group = 1; }", new Map([["group", "a"]]))).toBe(
      "fn f(@group(0)a:A){a.group=1;}",
    );
  });
});

describe("a page's scripts", () => {
  /** Bundles of these modules, which import from `shaders/`. */
  const bundle = async (modules: Readonly<Record<string, string>>) => {
    const { outputFiles } = await build({
      ...commonOptions,
      entryPoints: Object.keys(modules).map((name) => `given:${name}`),
      outdir: "out",
      splitting: true,
      minify: true,
      write: false,
      plugins: [
        shortShaders,
        {
          name: "given",
          setup(setup) {
            setup.onResolve({ filter: /^given:/ }, ({ path }) => ({
              path: path.slice(6),
              namespace: "given",
            }));
            setup.onLoad({ filter: /.*/, namespace: "given" }, ({ path }) => ({
              contents: modules[path] as string,
              resolveDir: folder.pathname,
            }));
          },
        },
      ],
    });
    return outputFiles.map(({ text }) => text);
  };

  test("hold the shaders they use side by side, and no others", async () => {
    const [text = ""] = await bundle({
      page: 'import a from "./matmul.naive.wgsl"; globalThis.between = 1; import b from "./adam.wgsl"; globalThis.used = [a, b];',
    });
    const [adam, naive] = [
      text.indexOf(shortened("adam.wgsl")),
      text.indexOf(shortened("matmul.naive.wgsl")),
    ];
    expect(Math.min(adam, naive)).toBeGreaterThan(0);
    expect(text.indexOf("between")).toBeGreaterThan(Math.max(adam, naive));
    expect(text.match(/@compute/g)).toHaveLength(2);
  });

  test("have like shaders one behind the other", () => {
    const noise = (seed: number) =>
      Array.from({ length: 60 }, (_, k) => (seed * (k + 3) ** 3) % 9973).join(" ");
    const texts = [noise(1), noise(2), `${noise(1)}+`, noise(3), `${noise(2)} longest`].map((text) => ({
      text,
    }));
    const order = alikeSideBySide(texts).map((item) => texts.indexOf(item));
    expect(order[0]).toBe(4);
    expect(order[1]).toBe(1);
    expect(Math.abs(order.indexOf(0) - order.indexOf(2))).toBe(1);
    expect(order.toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(alikeSideBySide([])).toEqual([]);
  });

  test("load none where they use none, even beside others that do", async () => {
    const texts = await bundle({
      plain: 'globalThis.plain = 1; globalThis.later = () => import("given:worker");',
      worker: 'import a from "./adam.wgsl"; globalThis.used = a;',
    });
    const plain = texts.find((text) => text.includes("globalThis.plain"));
    expect(plain).toBeDefined();
    expect(plain).not.toMatch(/@compute|import *["{]|from *"/);
    expect(texts.filter((text) => text.includes("@compute"))).toHaveLength(1);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GanvasError } from "../../../engine/errors.ts";
import { foldGrid, specialise } from "../../../engine/gpu/kernel.ts";

const FILE = `// A file with one of each.
enable subgroups;
alias T = vec4f;
const SIZE = 4u; // elements
const SHIFT = -1;
const RATE = 0.1;
const EPS: f32 = 1e-5;
const TURNED = false;
const SIZES = SIZE * 2u;
override WIDTH: u32 = 64;

@group(0) @binding(0) var<storage, read_write> y: array<T>;

fn first(i: u32) -> T {
  for (var k = 0u; k < SIZE; k++) {
    if (k > i) { return T(1); }
  }
  return T(0);
}

fn second(v: T) -> T { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  y[id.x] = second(first(id.x));
}
`;
const lines = (text: string) => text.split("\n");
/** The lines that differ from the file's. */
const changed = (text: string) => lines(text).filter((line) => !lines(FILE).includes(line));

describe("specialise", () => {
  test("writes numbers as the declaration they replace has them", () => {
    const constants = { SIZE: 7, SHIFT: -3, RATE: 2, EPS: 1e-7, TURNED: 1, WIDTH: 32 };
    expect(changed(specialise("file", FILE, { constants }))).toEqual([
      "const SIZE = 7u; // elements",
      "const SHIFT = -3;",
      "const RATE = 2.0;",
      "const EPS: f32 = 1e-7;",
      "const TURNED = true;",
      "override WIDTH: u32 = 32u;",
    ]);
  });
  test("takes text as it is, for aliases and expressions", () => {
    const constants = { T: "f32", SIZE: "3u * 5u", TURNED: "true" };
    expect(changed(specialise("file", FILE, { constants }))).toEqual([
      "alias T = f32;",
      "const SIZE = 3u * 5u; // elements",
      "const TURNED = true;",
    ]);
  });
  test("a name that begins like another is another", () => {
    expect(changed(specialise("file", FILE, { constants: { SIZES: 9 } }))).toEqual(["const SIZES = 9u;"]);
  });
  test("replaces a function with nested blocks, whole and nothing beyond", () => {
    const text = specialise("file", FILE, { hooks: { first: "fn first(i: u32) -> T { return T(i); }" } });
    expect(text).toContain("fn first(i: u32) -> T { return T(i); }\n\nfn second(v: T) -> T { return v; }");
    expect(text).not.toContain("k < SIZE");
    expect(lines(text).slice(-6)).toEqual(lines(FILE).slice(-6));
  });
  test("a hook's text may hold what regular expressions would take for references", () => {
    const body = "fn second(v: T) -> T { return v; /* $1 $& */ }";
    expect(specialise("file", FILE, { hooks: { second: body }, constants: { T: "vec4<$&>" } })).toContain(
      body,
    );
  });
  test("adds declarations at the end", () => {
    expect(specialise("file", FILE, { declarations: "fn more() {}" })).toBe(`${FILE}\nfn more() {}\n`);
    expect(specialise("file", FILE, {})).toBe(FILE);
  });
  test.each([
    { constants: { COUNT: 1 }, name: "COUNT" },
    { hooks: { epilogue: "fn epilogue() {}" }, name: "epilogue" },
    { constants: { first: 1 }, name: "first" },
    { hooks: { SIZE: "" }, name: "SIZE" },
  ])("an unknown name ($name) is an error that lists the names there are", ({ name, ...by }) => {
    const message = `shader file declares no "${name}"; it declares T, SIZE, SHIFT, RATE, EPS, TURNED, SIZES, WIDTH, first, second, main`;
    expect(() => specialise("file", FILE, by)).toThrow(new GanvasError(message));
  });
  test("a hook that does not end is an error", () => {
    const open = "fn first() { if (true) { }";
    expect(() => specialise("file", open, { hooks: { first: "" } })).toThrow("ends inside a function");
  });
});

describe("foldGrid", () => {
  test("one row up to 65,535 workgroups", () => {
    expect([foldGrid(1), foldGrid(65535)]).toEqual([
      [1, 1, 1],
      [65535, 1, 1],
    ]);
    expect(foldGrid(65536)).toEqual([32768, 2, 1]);
  });
  test("beyond that rows that cover all, with less than a row to spare", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (workgroups) => {
        const [x, y, z] = foldGrid(workgroups);
        expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
        expect(x * y).toBeGreaterThanOrEqual(workgroups);
        expect(x * (y - 1)).toBeLessThan(workgroups);
        expect(z).toBe(1);
      }),
    );
  });
});

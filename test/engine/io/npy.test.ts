import { expect, test } from "vitest";
import { readNpy } from "../../../engine/io/index.ts";

/** A file as NumPy writes it, of version 1 or 2. */
function npy(header: string, body: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const length =
    version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...text, ...body);
}

const header = (type: string, shape: string, order = "False"): string =>
  `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
const floats = new Uint8Array(Float32Array.of(1, -2, 3.5, 4, 5, 6).buffer);

test.each([
  [
    "f4",
    1,
    header("<f4", "(2, 3)"),
    floats,
    { shape: [2, 3], dtype: "f32", data: Float32Array.of(1, -2, 3.5, 4, 5, 6) },
  ],
  [
    "version 2",
    2,
    header("<f4", "(6,)"),
    floats,
    { shape: [6], dtype: "f32", data: Float32Array.of(1, -2, 3.5, 4, 5, 6) },
  ],
  [
    "bytes",
    1,
    header("|u1", "(3,)"),
    Uint8Array.of(7, 8, 9),
    { shape: [3], dtype: "u8", data: Uint8Array.of(7, 8, 9) },
  ],
  [
    "a single number",
    1,
    header("<f8", "()"),
    new Uint8Array(Float64Array.of(0.1).buffer),
    { shape: [], dtype: "f64", data: Float64Array.of(0.1) },
  ],
] as const)("reads %s", (_, version, head, body, want) => {
  expect(readNpy(npy(head, body, version), "x.npy")).toEqual(want);
});

test.each([
  ["another kind of file", Uint8Array.of(1, 2, 3), "not a .npy file"],
  ["an empty file", new Uint8Array(), "not a .npy file"],
  ["half a header", npy(header("<f4", "(2, 3)"), floats).subarray(0, 30), "ends within its header"],
  ["half the numbers", npy(header("<f4", "(2, 3)"), floats.subarray(0, 20)), "which are 24 bytes; 20 follow"],
  ["Fortran's order", npy(header("<f4", "(2, 3)", "True"), floats), "is in Fortran's order"],
  ["other types", npy(header("<c8", "(3,)"), floats), "holds numbers of type <c8"],
])("%s is refused in a sentence", (_, file, message) => {
  expect(() => readNpy(file, "x.npy")).toThrow(`x.npy: `);
  expect(() => readNpy(file, "x.npy")).toThrow(message);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError, InputError, ShapeError } from "../../../engine/errors.ts";
import { type HostDtype, type HostTensor, hostTensor } from "../../../engine/io/host-tensor.ts";
import { readSafetensors, writeSafetensors } from "../../../engine/io/safetensors.ts";
import { givenFolder } from "../data/given.ts";

/** A file with this header text (or object) and `dataBytes` bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

describe("safetensors round trip", () => {
  const tensors = new Map<string, HostTensor>([
    ["z.flags", hostTensor(new Uint8Array([0, 1, 1]), [3], "bool")],
    ["a.weight", hostTensor(new Float32Array([1.5, -0, Number.NaN, 1e-45, 3, 4]), [1, 2, 3])],
    ["half", hostTensor(new Uint16Array([0x3c00, 0x7e01]), [2], "f16")],
    ["brain", hostTensor(new Uint16Array([0x3f80]), [1, 1], "bf16")],
    ["scalar", hostTensor(new Float64Array([Math.PI]), [])],
    ["empty", hostTensor(new Int32Array(0), [0, 4])],
    ["count", hostTensor(new BigInt64Array([-(2n ** 60n)]), [])],
    ['ünïcödé "quoted"', hostTensor(new Uint32Array([2 ** 32 - 1]), [1])],
  ]);

  test("keeps names, order, shapes, dtypes, bits and metadata", () => {
    const metadata = { note: 'with "quotes" and ü', step: "12" };
    const bytes = writeSafetensors(tensors, metadata);
    const read = readSafetensors(bytes, "x.safetensors");
    expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
    expect(read.tensors).toEqual(tensors);
    expect(read.metadata).toEqual(metadata);
    expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
    for (const tensor of read.tensors.values()) expect(tensor.data.buffer).toBe(bytes.buffer); // aligned: views
  });

  test("reads from bytes at an odd offset", () => {
    const bytes = writeSafetensors(tensors);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readSafetensors(shifted.subarray(3)).tensors).toEqual(tensors);
  });

  test("no tensors", () => {
    expect(readSafetensors(writeSafetensors(new Map()))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test("any shapes and dtypes", () => {
    const arrays = {
      f32: Float32Array,
      f64: Float64Array,
      i32: Int32Array,
      u16: Uint16Array,
      u8: Uint8Array,
    } as const;
    const one = fc
      .record({
        dtype: fc.constantFrom(...(Object.keys(arrays) as (keyof typeof arrays)[])),
        shape: fc.array(fc.nat(4), { maxLength: 4 }),
      })
      .map(({ dtype, shape }) => {
        const data = new arrays[dtype](shape.reduce((a, b) => a * b, 1)).map((_, i) => i * 3 + 1);
        return hostTensor(data, shape, dtype as HostDtype);
      });
    const name = fc
      .string({ unit: "binary" })
      .filter((s) => s !== "__metadata__" && !/(^|\.)(__proto__|constructor)(\.|$)/.test(s));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, one)), (entries) => {
        const map = new Map(entries);
        expect(readSafetensors(writeSafetensors(map)).tensors).toEqual(map);
      }),
    );
  });

  test("refuses to write data that do not fit, and names that would not be read", () => {
    const wrong = { shape: [3], dtype: "f32", data: new Float32Array(2) } as const;
    expect(() => writeSafetensors(new Map([["w", wrong]]))).toThrow(ShapeError);
    const good = hostTensor(new Float32Array(1), [1]);
    for (const name of ["__metadata__", "__proto__", "a.constructor"]) {
      expect(() => writeSafetensors(new Map([[name, good]]))).toThrow(FormatError);
    }
  });
});

describe("damaged safetensors are refused by a FormatError that names the file", () => {
  const good = writeSafetensors(new Map([["w", hostTensor(new Float32Array(4), [4])]]));
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ["empty", new Uint8Array(0), /0 bytes are too few/],
    ["seven bytes", new Uint8Array(7), /7 bytes are too few/],
    ["header cut short", good.subarray(0, 20), /only 12 follow/],
    [
      "data cut short",
      good.subarray(0, good.length - 1),
      /tensor "w" ends at byte 16, but the file holds only 15/,
    ],
    ["data left over", new Uint8Array([...good, 0]), /need 16 bytes of data, but the file holds 17/],
    ["huge header length", new Uint8Array(16).fill(255), /at most 100 MB/],
    ["not JSON", file("{hello"), /header is not valid JSON/],
    ["not UTF-8", file("{}").map((b, i) => (i === 8 ? 0xff : b)), /header is not valid JSON/],
    ["an array", file([]), /not a JSON object/],
    ["entry is no object", file({ w: 3 }), /tensor "w" is not described by an object/],
    [
      "unknown dtype",
      file({ w: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, 1),
      /"w" has the unknown dtype "F8_E4M3"/,
    ],
    [
      "inherited dtype",
      file({ w: { dtype: "toString", shape: [], data_offsets: [0, 4] } }, 4),
      /unknown dtype "toString"/,
    ],
    [
      "dtype no text",
      file({ w: { dtype: { toString: 0 }, shape: [1], data_offsets: [0, 4] } }, 4),
      /unknown dtype \{/,
    ],
    [
      "nested 20,000 deep",
      file(`{"w":{"dtype":${"[".repeat(2e4)}${"]".repeat(2e4)}}}`),
      /nested deeper than 64/,
    ],
    [
      "a shape of 100,000 axes that is none",
      file({ w: f32(Array(1e5).fill(-1), 0, 4) }, 4),
      /no valid shape .{0,220}$/,
    ],
    ["negative size", file({ w: f32([-1, -4], 0, 16) }, 16), /"w" has no valid shape/],
    ["fractional size", file({ w: f32([1.5], 0, 6) }, 6), /"w" has no valid shape/],
    ["NaN size", file({ w: f32([null], 0, 4) }, 4), /"w" has no valid shape/],
    ["size beyond 2^53", file({ w: f32([1e30], 0, 4) }, 4), /"w" has no valid shape/],
    [
      "sizes whose product overflows",
      file({ w: f32([...Array(21).fill(9e15), 0], 0, 0) }),
      /"w" of shape .* needs NaN bytes/,
    ],
    ["no shape", file({ w: { dtype: "F32", data_offsets: [0, 4] } }, 4), /"w" has no valid shape/],
    ["bad offsets", file({ w: f32([1], 4, "8") }, 8), /"w" has no valid data_offsets/],
    [
      "reversed offsets",
      file({ w: f32([1], 4, 0) }, 4),
      /"w" of shape \[1\] and dtype F32 needs 4 bytes, but has -4/,
    ],
    ["wrong byte count", file({ w: f32([2, 2], 0, 12) }, 12), /needs 16 bytes, but has 12/],
    ["overlap", file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), /"b" at byte 4 overlaps/],
    ["same bytes twice", file({ a: f32([2], 0, 8), b: f32([2], 0, 8) }, 8), /"b" at byte 0 overlaps/],
    ["hole", file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /"b" at byte 8 leaves a hole/],
    ["hole at the start", file({ a: f32([1], 4, 8) }, 8), /"a" at byte 4 leaves a hole/],
    [
      "name twice",
      file(
        '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0077" : {"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        8,
      ),
      /the name "w" appears twice/,
    ],
    [
      "shape twice",
      file('{"w":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}', 8),
      /"shape" appears twice/,
    ],
    [
      "__proto__",
      file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      /refuses the name "__proto__"/,
    ],
    [
      "__proto__ within a name",
      file({ "a.__proto__.b": f32([1], 0, 4) }, 4),
      /refuses the tensor name "a.__proto__.b"/,
    ],
    ["__proto__ in the metadata", file('{"__metadata__":{"__proto__":"x"}}'), /refuses the name "__proto__"/],
    [
      "metadata not of strings",
      file({ __metadata__: { step: 3 } }),
      /__metadata__ entry "step" is not a string/,
    ],
    ["metadata no object", file({ __metadata__: "x" }), /__metadata__ is not an object/],
  ];

  test.each(cases)("%s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes, "bad.safetensors")).toThrow(message);
    expect(() => readSafetensors(bytes, "bad.safetensors")).toThrow(/^bad\.safetensors: /);
    expect(() => readSafetensors(bytes, "bad.safetensors")).toThrow(FormatError);
  });

  test("strings that look like structure do not confuse the search for doubled names", () => {
    const tricky = { 'a": {"b"': f32([1], 0, 4), "c\\": f32([1], 4, 8), "{[": f32([0], 8, 8) };
    expect([...readSafetensors(file(tricky, 8)).tensors.keys()]).toEqual(Object.keys(tricky));
  });

  test("cutting a file anywhere, or flipping a byte of its header, gives a FormatError or a file", () => {
    const tensors = new Map([
      ["a", hostTensor(new Float32Array(3), [3])],
      ["b", hostTensor(new Uint8Array(5), [5])],
    ]);
    const bytes = writeSafetensors(tensors, { k: "v" });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(FormatError);
    }
    for (let i = 0; i < bytes.length - 17; i++) {
      for (const flip of [1, 0x20, 0x80]) {
        const damaged = bytes.map((b, j) => (j === i ? b ^ flip : b));
        try {
          readSafetensors(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }
    }
  });
});

const weights = givenFolder("data/weights");
describe.skipIf(weights === undefined)("safetensors files that others wrote", () => {
  test.each([
    ["leftthomas_srgan_x4.safetensors", 79, "block1.0.weight", [64, 3, 9, 9], "f32"],
    ["squeezenet1_1_imagenet_fp16.safetensors", undefined, "conv1.weight", [64, 3, 3, 3], "f16"],
  ] as const)("%s", (name, count, tensor, shape, dtype) => {
    const { tensors } = readSafetensors(readFileSync(join(weights ?? "", name)), name);
    if (count !== undefined) expect(tensors.size).toBe(count);
    expect(tensors.get(tensor)).toMatchObject({ shape, dtype });
  });
});

import { describe, expect, test } from "vitest";
import { FormatError } from "../../../engine/errors.ts";
import { readPth } from "../../../engine/io/pth.ts";
import * as p from "./pickle-writer.ts";

const six = p.floats(0, 1, 2, 3, 4, 5);
const w = p.tensor(p.storage("FloatStorage", "0", 6), 0, [2, 3], [3, 1]);
const zip = (root: p.Piece, storages: Record<string, Uint8Array> = { 0: six }) => p.zipFile(root, storages);

describe("hostile and damaged files", () => {
  const t = (offset: number, size: number[], stride: number[], type = "FloatStorage", count = 6) =>
    zip(p.orderedDict({ w: p.tensor(p.storage(type, "0", count), offset, size, stride) }));
  const legacy = (root: p.Piece) => p.legacyFile(root, [["0", 6, six]]);
  const plain = p.orderedDict({ w: p.tensor(p.storage("FloatStorage", "0", 6, p.NONE), 0, [6], [1]) });
  const goodZip = zip(p.orderedDict({ w }));
  /** Changes the bytes at `position`. */
  const patch = (bytes: Uint8Array, position: number, ...values: number[]) => {
    const copy = bytes.slice();
    copy.set(values, position);
    return copy;
  };
  const directory = goodZip.findIndex(
    (_, i) => new TextDecoder("latin1").decode(goodZip.subarray(i, i + 4)) === "PK\x01\x02",
  );

  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ["os.system in a zip", zip(p.call(p.global("os", "system"), p.str("id"))), /refuses global 'os\.system'/],
    [
      "os.system in a row of pickles",
      legacy(p.call(p.global("posix", "system"), p.str("id"))),
      /refuses global 'posix\.system'/,
    ],
    [
      "os.system instead of the magic number",
      p.pickle(p.call(p.global("nt", "system"))),
      /refuses global 'nt\.system'/,
    ],
    ["getattr", zip(p.dict({ w: p.global("builtins", "getattr") })), /refuses global 'builtins\.getattr'/],
    ["a near name", zip(p.global("torch", "load")), /refuses global 'torch\.load'/],
    ["a class of the author's", zip(p.global("models", "Generator")), /refuses global 'models\.Generator'/],
    ["an inherited name", zip(p.global("", "constructor")), /refuses global '\.constructor'/],
    [
      "__proto__ as tensor name",
      zip(p.orderedDict({ "a.__proto__": w })),
      /refuses the tensor name "a\.__proto__"/,
    ],
    ["a pickle of something else", p.pickle(p.int(3)), /a pickle, but not a PyTorch file/],
    [
      "a storage called as function",
      zip(p.call(p.storage("FloatStorage", "0", 6))),
      /calls what is no function/,
    ],
    ["a tensor without storage", zip(p.tensor(p.NONE, 0, [1], [1])), /a tensor has no storage/],
    ["a negative size", t(0, [-1], [1]), /no valid size/],
    ["a negative stride", t(5, [6], [-1]), /no valid size/],
    ["strides missing", t(0, [2, 3], [1]), /no valid size/],
    [
      "beyond the storage",
      t(1, [6], [1]),
      /tensor "w" of shape \[6\], strides \[1\] and offset 1 does not lie within/,
    ],
    ["beyond the storage by stride", t(0, [2], [6]), /does not lie within/],
    ["a terabyte out of one number", t(0, [1e6, 1e6], [0, 0]), /does not lie within/],
    [
      "a storage too short",
      t(0, [7], [1], "FloatStorage", 7),
      /storage "0" has 24 bytes, its tensors expect 28/,
    ],
    [
      "a storage of another type",
      t(0, [6], [1], "DoubleStorage"),
      /storage "0" has 24 bytes, its tensors expect 48/,
    ],
    ["a storage that is missing", zip(p.orderedDict({ w }), {}), /storage "0" is missing/],
    ["a persistent id of another kind", zip([...p.str("x"), 0x51]), /does not name a storage/],
    [
      "big-endian",
      p.zipFile(p.orderedDict({ w }), { 0: six }, { byteorder: new TextEncoder().encode("big") }),
      /big-endian/,
    ],
    [
      "TorchScript",
      p.zipFile(p.orderedDict({ w }), { 0: six }, { "constants.pkl": p.pickle(p.tuple()) }),
      /TorchScript/,
    ],
    ["legacy storage cut short", legacy(plain).slice(0, -1), /truncated within storage "0"/],
    ["legacy bytes left over", new Uint8Array([...legacy(plain), 1]), /1 bytes are left over/],
    [
      "legacy count that lies",
      p.legacyFile(plain, [["0", 5, six]]),
      /storage "0" has 5 elements, its tensors expect 6/,
    ],
    ["legacy storage of no tensor", p.legacyFile(plain, [["1", 6, six]]), /storage "1" belongs to no tensor/],
    [
      "legacy view outside",
      legacy(p.storage("FloatStorage", "0", 6, p.tuple(p.str("1"), p.int(4), p.int(3)))),
      /lies outside/,
    ],
    ["zip cut short", goodZip.slice(0, -1), /no zip directory at the end/],
    [
      "zip without its beginning",
      new Uint8Array([...goodZip.subarray(0, 4), ...goodZip.subarray(40)]),
      /directory is damaged/,
    ],
    [
      "a flipped bit in a stored tensor",
      patch(goodZip, directory - 1, 0xff),
      /entry archive\/data\/0 is damaged \(checksum\)/,
    ],
    ["an encrypted entry", patch(goodZip, directory + 8, 1), /is encrypted/],
    ["an unknown method", patch(goodZip, directory + 10, 14), /packed by method 14/],
    [
      "a zip bomb",
      patch(patch(goodZip, directory + 10, 8), directory + 24, 0, 0, 0, 0x40),
      /refused as a zip bomb/,
    ],
    ["a stored entry of two sizes", patch(goodZip, directory + 24, 0, 0, 0, 0x40), /is stored, but/],
    ["an entry over 4 GB", patch(goodZip, directory + 24, 255, 255, 255, 255), /over 4 GB/],
    ["an entry that is elsewhere", patch(goodZip, directory + 42, 3), /is not where the directory says/],
  ];

  test.each(cases)("refuses %s", (_, bytes, message) => {
    expect(() => readPth(bytes, "bad.pth")).toThrow(message);
    expect(() => readPth(bytes, "bad.pth")).toThrow(/^bad\.pth: /);
    expect(() => readPth(bytes, "bad.pth")).toThrow(FormatError);
  });

  test.each([
    ["zip", goodZip],
    ["row of pickles", legacy(plain)],
    ["deflated zip", p.zipFile(p.orderedDict({ w }), { 0: six }, {}, 6)],
  ])("%s: cut anywhere or any byte changed, it gives a FormatError or tensors", (_, bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      expect(() => readPth(bytes.slice(0, i))).toThrow(FormatError);
      for (const flip of [1, 0x40, 0xff]) {
        try {
          readPth(patch(bytes, i, (bytes[i] as number) ^ flip));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }
  });
});

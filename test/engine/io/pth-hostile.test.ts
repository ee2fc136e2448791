import { describe, expect, test } from "vitest";
import { FormatError } from "../../../engine/errors.ts";
import { readPth } from "../../../engine/io/pth.ts";
import * as p from "./pickle-writer.ts";

const six = p.floats(0, 1, 2, 3, 4, 5);
const w = p.tensor(p.storage("FloatStorage", "0", 6), 0, [2, 3], [3, 1]);
const zip = (root: p.Piece, storages: Record<string, Uint8Array> = { 0: six }) => p.zipFile(root, storages);
/** Of the processor, so that a busy machine does not fail the test. */
const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

/** The number whose bytes are 1, 2, 3, … */
const bigKeyOf = (bytes: number): p.Piece => [0x8a, bytes, ...Array.from({ length: bytes }, (_, k) => k + 1)];

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

  const ORDERED = p.global("collections", "OrderedDict");
  const sparse = p.call(p.global("torch._utils", "_rebuild_sparse_tensor"), p.NONE, p.NONE);
  const bigKey = bigKeyOf(9);
  const circular = [0x5d, 0x71, 0, 0x68, 0, 0x61];

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
    [
      "a terabyte out of one number",
      t(0, [1e6, 1e6], [0, 0]),
      /with a tensor of shape \[1000000, 1000000\] it asks for more than 2 MB/,
    ],
    ["sizes whose product overflows", t(0, [...Array(40).fill(1e9), 0], Array(41).fill(0)), /asks for more/],
    ["more axes than PyTorch has", t(0, Array(65).fill(1), Array(65).fill(1)), /no valid size/],
    [
      "a storage with a name of a megabyte",
      zip(p.storage("FloatStorage", "0".repeat(1e6), 6)),
      /the name of a storage has 1000000 letters/,
    ],
    [
      "a sparse tensor as weight",
      zip(p.dict({ w: sparse })),
      /tensor "w" holds a sparse layout, which are not/,
    ],
    [
      "a complex tensor as weight",
      t(0, [1], [1], "ComplexFloatStorage"),
      /tensor "w" is of torch\.ComplexFloatStorage, which is not read/,
    ],
    [
      "numbers of float8",
      zip(p.dict({ w: p.tensorOfDtype(p.storage("UntypedStorage", "0", 24), [6], "float8_e5m2") })),
      /tensor "w" holds numbers of float8_e5m2/,
    ],
    [
      "half a number",
      zip(p.dict({ w: p.tensorOfDtype(p.storage("UntypedStorage", "0", 7), [1], "float32") })),
      /storage 0 of 7 bytes holds no whole number of f32/,
    ],
    ["a set of lists", zip(p.call(p.global("__builtin__", "set"), p.list(p.list()))), /a set holds what may/],
    [
      "bytes of a number",
      zip(p.call(p.global("_codecs", "encode"), p.int(9))),
      /bytes are made of what is no/,
    ],
    ["a dict of no pairs", zip(p.call(ORDERED, p.list(p.int(1)))), /an OrderedDict is made of what are no/],
    [
      "attributes of a list",
      zip([...p.list(), ...p.dict({}), 0x62]),
      /BUILD on anything but a dict or a tensor/,
    ],
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
      "an unknown order of bytes",
      p.zipFile(p.orderedDict({ w }), { 0: six }, { byteorder: new TextEncoder().encode("pdp") }),
      /the order of bytes is "pdp"/,
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
      "legacy storage named by a bigint",
      p.legacyFile(plain, [["0", 6, six]], p.list(bigKey)),
      /storage 166599134359138271745 belongs to no tensor/,
    ],
    [
      "legacy storage named by a list that holds itself",
      p.legacyFile(plain, [["0", 6, six]], p.list(circular)),
      /storage a list of 1 belongs to no tensor/,
    ],
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
    [
      "entries over each other",
      patch(goodZip, directory + 20, 0, 0, 0, 1, 0, 0, 0, 1),
      /lie over each other: refused as a zip bomb/,
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

describe("small files that ask for much end in a FormatError at once", () => {
  /** A pickle that puts a list of `count` pairs in slot 0 and then calls `piece` for it `count` times. */
  const repeated = (count: number, piece: p.Piece): Uint8Array => {
    const pairs = Array.from({ length: count }, (_, k) => [...p.int(k), ...p.NONE, 0x86]).flat();
    const calls = Array.from({ length: count }, () => piece).flat();
    return zip([0x5d, 0x71, 0, ...p.MARK, ...pairs, 0x65, ...calls], {});
  };
  const call = (module: string, name: string) => [...p.global(module, name), 0x68, 0, 0x85, 0x52];
  const views = (count: number, size: number[], stride: number[]) => {
    const view = p.tensor(p.storage("ByteStorage", "0", 2 ** 20), 0, size, stride);
    const names = Array.from({ length: count }, (_, k) => [`w${k}`, view] as const);
    return p.zipFile(p.dict(Object.fromEntries(names)), { 0: new Uint8Array(2 ** 20) }, {}, 6);
  };

  test.each([
    ["a dict of one list, again and again", repeated(2000, call("collections", "OrderedDict"))],
    ["a set of one list, again and again", repeated(2000, call("__builtin__", "set"))],
    ["two million empty dicts", zip(Array(2e6).fill(0x7d), {})],
    ["two million tuples, one in the other", zip([...p.NONE, ...Array(2e6).fill(0x85)], {})],
    ["a thousand transposed views of a packed storage", views(1000, [1024, 1024], [1, 1024])],
    ["a thousand whole views of a packed storage", views(1000, [2 ** 20], [1])],
    [
      "one packed storage larger than all allowed",
      p.zipFile(
        p.dict({ w: p.tensor(p.storage("ByteStorage", "0", 1e8), 0, [1], [1]) }),
        { 0: new Uint8Array(1e8) },
        {},
        6,
      ),
    ],
  ])("%s", (_, bytes) => {
    const heap = process.memoryUsage();
    const started = process.cpuUsage();
    expect(() => readPth(bytes, "x.pth")).toThrow(
      /^x\.pth: with .* it asks for more than .*: refused as a bomb$/,
    );
    expect(cpuSeconds(started)).toBeLessThan(3);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed - heap.heapUsed + arrayBuffers - heap.arrayBuffers).toBeLessThan(16 * bytes.length + 6e7);
  });

  test("one dict that is referred to ten thousand times is looked through once", () => {
    const entries = Array.from({ length: 10_000 }, (_, k) => [...p.int(k), ...p.NONE]).flat();
    const again = Array.from({ length: 10_000 }, (_, k) => [...p.int(k), 0x68, 0]).flat();
    const inner = [...p.EMPTY_DICT, 0x71, 0, ...p.MARK, ...entries, 0x75];
    const root = [...p.EMPTY_DICT, ...p.MARK, ...p.str("x"), ...inner, ...again, 0x75];
    const started = process.cpuUsage();
    expect(() => readPth(zip(root, {}), "x.pth")).toThrow(/no single state dict in it; its keys are x, 0, 1/);
    expect(cpuSeconds(started)).toBeLessThan(1);
  });

  test("keys of any kind and length are named in few words", () => {
    const root = [
      ...p.EMPTY_DICT,
      ...p.MARK,
      ...p.str("k".repeat(10_000)),
      ...p.NONE,
      ...p.tuple(p.str("a"), p.tuple()),
      ...p.NONE,
      ...bigKeyOf(9),
      ...p.NONE,
      0x75,
    ];
    const message = /its keys are k{80}…, a list of 2, 166599134359138271745$/;
    expect(() => readPth(zip(root, {}), "x.pth")).toThrow(message);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPth } from "../../../engine/io/pth.ts";
import { readSafetensors } from "../../../engine/io/safetensors.ts";
import { givenFolder } from "../data/given.ts";
import * as p from "./pickle-writer.ts";

const six = p.floats(0, 1, 2, 3, 4, 5);
const w = p.tensor(p.storage("FloatStorage", "0", 6), 0, [2, 3], [3, 1]);
const zip = (root: p.Piece, storages: Record<string, Uint8Array> = { 0: six }) => p.zipFile(root, storages);

/** The numbers of tensor `name`. */
function values(bytes: Uint8Array, name = "w"): unknown[] {
  const tensor = readPth(bytes, "x.pth").get(name);
  if (!tensor) throw new Error(`no tensor ${name}`);
  return [...tensor.data];
}

describe("both forms of PyTorch files", () => {
  test("zip", () => {
    const tensors = readPth(zip(p.orderedDict({ w })), "x.pth");
    expect(tensors).toEqual(
      new Map([["w", { shape: [2, 3], dtype: "f32", data: new Float32Array([0, 1, 2, 3, 4, 5]) }]]),
    );
  });

  test("zip, deflated", () => {
    const zeros = new Uint8Array(4000);
    const big = p.tensor(p.storage("FloatStorage", "0", 1000), 0, [1000], [1]);
    expect(values(p.zipFile(p.orderedDict({ w: big }), { 0: zeros }, {}, 6))).toEqual(Array(1000).fill(0));
  });

  test("zip with a byte order and a version", () => {
    const extra = { byteorder: new TextEncoder().encode("little"), version: new TextEncoder().encode("3\n") };
    expect(values(p.zipFile(p.orderedDict({ w }), { 0: six }, extra))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("row of pickles", () => {
    const bytes = p.legacyFile(
      p.orderedDict({ w: p.tensor(p.storage("FloatStorage", "77", 6, p.NONE), 0, [6], [1]) }),
      [["77", 6, six]],
    );
    expect(values(bytes)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("row of pickles, a storage that is a view of another", () => {
    const part = p.storage("FloatStorage", "77", 6, p.tuple(p.str("78"), p.int(2), p.int(3)));
    const bytes = p.legacyFile(p.orderedDict({ w: p.tensor(part, 1, [2], [1]) }), [["77", 6, six]]);
    expect(values(bytes)).toEqual([3, 4]);
  });

  test("the tensors of PyTorch 0.3", () => {
    const old = p.call(
      p.global("torch._utils", "_rebuild_tensor"),
      p.storage("FloatStorage", "0", 6),
      p.int(2),
      p.tuple(p.int(2)),
      p.tuple(p.int(2)),
    );
    expect(values(zip(p.orderedDict({ w: old })))).toEqual([2, 4]);
  });
});

describe("tensors", () => {
  test.each([
    ["transposed", 0, [3, 2], [1, 3], [0, 3, 1, 4, 2, 5]],
    ["every other element, from the second", 1, [3], [2], [1, 3, 5]],
    ["transposed in three dimensions", 0, [3, 1, 2], [1, 99, 3], [0, 3, 1, 4, 2, 5]],
    ["scalar", 5, [], [], [5]],
    ["axes of one element, any stride", 0, [1, 6, 1], [77, 1, 88], [0, 1, 2, 3, 4, 5]],
    ["empty", 0, [0, 3], [3, 1], []],
    ["repeated within its storage", 2, [2, 2], [0, 1], [2, 3, 2, 3]],
    ["one number expanded to eight", 3, [8], [0], Array(8).fill(3)],
    ["a row expanded to seven", 1, [7, 2], [0, 1], Array(7).fill([1, 2]).flat()],
  ] as [string, number, number[], number[], number[]][])("%s", (_, offset, size, stride, expected) => {
    const bytes = zip(
      p.orderedDict({ w: p.tensor(p.storage("FloatStorage", "0", 6), offset, size, stride) }),
    );
    expect(values(bytes)).toEqual(expected);
    expect(readPth(bytes).get("w")?.shape).toEqual(size);
  });

  test.each([
    ["DoubleStorage", "f64", new Float64Array([Math.PI])],
    ["HalfStorage", "f16", new Uint16Array([0x3c00])],
    ["BFloat16Storage", "bf16", new Uint16Array([0x3f80])],
    ["LongStorage", "i64", new BigInt64Array([-3n])],
    ["IntStorage", "i32", new Int32Array([-3])],
    ["ShortStorage", "i16", new Int16Array([-3])],
    ["CharStorage", "i8", new Int8Array([-3])],
    ["ByteStorage", "u8", new Uint8Array([3])],
    ["BoolStorage", "bool", new Uint8Array([1])],
  ] as const)("%s", (type, dtype, data) => {
    const bytes = zip(p.orderedDict({ w: p.tensor(p.storage(type, "0", 1), 0, [1], [1]) }), {
      0: new Uint8Array(data.buffer),
    });
    expect(readPth(bytes).get("w")).toEqual({ shape: [1], dtype, data });
  });

  test.each([
    ["float32", "f32", new Float32Array([Math.PI, -1])],
    ["bfloat16", "bf16", new Uint16Array([0x3f80, 1])],
    ["uint16", "u16", new Uint16Array([65535, 1])],
    ["uint64", "u64", new BigUint64Array([2n ** 63n, 1n])],
  ] as const)("%s of a storage that knows only bytes", (name, dtype, data) => {
    const bytes = new Uint8Array(data.buffer);
    const tensor = p.tensorOfDtype(p.storage("UntypedStorage", "0", bytes.length), [2], name);
    expect(readPth(zip(p.orderedDict({ w: tensor }), { 0: bytes })).get("w")).toEqual({
      shape: [2],
      dtype,
      data,
    });
  });

  test("big-endian numbers", () => {
    const big = { byteorder: new TextEncoder().encode("big") };
    const bytes = Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0);
    const tensor = p.tensor(p.storage("FloatStorage", "0", 2), 0, [2], [1]);
    expect(values(p.zipFile(p.orderedDict({ w: tensor }), { 0: bytes }, big))).toEqual([1, -2]);
  });

  test("integers of 64 bits that are not contiguous", () => {
    const data = new Uint8Array(new BigInt64Array([1n, 2n, 3n, 4n]).buffer);
    const bytes = zip(p.orderedDict({ w: p.tensor(p.storage("LongStorage", "0", 4), 0, [2, 2], [1, 2]) }), {
      0: data,
    });
    expect(values(bytes)).toEqual([1n, 3n, 2n, 4n]);
  });

  test("parameters, tied weights and the state dict's _metadata", () => {
    const parameter = p.call(
      p.global("torch._utils", "_rebuild_parameter"),
      w,
      p.bool(true),
      p.orderedDict({}),
    );
    const root = [
      ...p.orderedDict({ w: parameter, tied: w }),
      ...p.dict({ _metadata: p.orderedDict({ "": p.dict({ version: p.int(1) }) }) }),
      0x62,
    ];
    const tensors = readPth(zip(root));
    expect([...tensors.keys()]).toEqual(["w", "tied"]);
    expect(tensors.get("tied")?.data.buffer).toBe(tensors.get("w")?.data.buffer);
  });
});

describe("what torch.load(weights_only=True) opens beside the weights", () => {
  const builtin = (name: string, ...args: p.Piece[]) => p.call(p.global("__builtin__", name), ...args);
  const latin1 = (text: string) => p.call(p.global("_codecs", "encode"), p.str(text), p.str("latin1"));
  const rebuild = (name: string, ...args: p.Piece[]) => p.call(p.global("torch._utils", name), ...args);
  const complexStorage = p.storage("ComplexFloatStorage", "0", 3);
  test.each<[string, p.Piece]>([
    ["torch.Size", p.call(p.global("torch", "Size"), p.tuple(p.int(1), p.int(2)))],
    ["a device", p.call(p.global("torch", "device"), p.str("cuda"), p.int(0))],
    ["a dtype", p.global("torch", "float32")],
    ["a layout", p.call(p.global("torch.serialization", "_get_layout"), p.str("torch.strided"))],
    ["a way of quantising", p.global("torch", "per_channel_affine")],
    ["a set", builtin("set", p.list(p.int(1), p.str("a")))],
    ["bytes", latin1("ab\u00ff")],
    ["no bytes", builtin("bytes")],
    ["a bytearray", builtin("bytearray", latin1("abc"))],
    ["a complex number", builtin("complex", p.float(1), p.float(-1))],
    ["a Counter", p.call(p.global("collections", "Counter"), p.dict({ a: p.int(3) }))],
    [
      "an OrderedDict of pairs",
      p.call(p.global("collections", "OrderedDict"), p.list(p.list(p.int(1), p.NONE))),
    ],
    ["a dict with a tuple as key", [...p.EMPTY_DICT, ...p.tuple(p.int(1)), ...p.int(2), 0x73]],
    ["nested dicts and lists", p.dict({ a: p.list(p.dict({ b: p.tuple(p.NONE, p.bool(true)) })) })],
    ["a large int and infinity", p.tuple([0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 64], p.float(1 / 0))],
    ["a sparse tensor", p.list(rebuild("_rebuild_sparse_tensor", p.str("torch.sparse_coo"), p.tuple(w, w)))],
    ["a quantised tensor", p.list(rebuild("_rebuild_qtensor", p.storage("QInt8Storage", "0", 24)))],
    ["a complex tensor", p.list(p.tensor(complexStorage, 0, [3], [1]))],
    ["a meta tensor", p.list(rebuild("_rebuild_meta_tensor_no_storage", p.global("torch", "float16")))],
    ["a tensor of a class", p.list(p.newobj(p.global("torch", "FloatTensor"), w))],
  ])("%s", (_, beside) => {
    const root = p.dict({ beside, model: p.orderedDict({ w }), list: p.list(beside) });
    expect(values(zip(root))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each<[string, p.Piece]>([
    [
      "a parameter with attributes",
      rebuild("_rebuild_parameter_with_state", w, p.bool(true), p.NONE, p.dict({})),
    ],
    ["a parameter made as an object", p.newobj(p.global("torch.nn.parameter", "Parameter"), w)],
    ["a tensor whose attributes are set", [...w, ...p.dict({ note: p.int(1) }), 0x62]],
    [
      "a tensor with a class and attributes",
      p.call(
        p.global("torch._tensor", "_rebuild_from_type_v2"),
        p.global("torch._utils", "_rebuild_tensor_v2"),
        p.global("torch.nn.parameter", "Parameter"),
        p.tuple(p.storage("FloatStorage", "0", 6), p.int(0), p.tuple(p.int(6)), p.tuple(p.int(1))),
        p.dict({}),
      ),
    ],
  ])("as weights: %s", (_, weight) => {
    expect(values(zip(p.orderedDict({ w: weight })))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("where the state dict lies", () => {
  const one = (offset: number) =>
    p.orderedDict({ w: p.tensor(p.storage("FloatStorage", "0", 6), offset, [1], [1]) });
  test.each([
    ["outermost", one(1)],
    ["state_dict", p.dict({ epoch: p.int(4), state_dict: one(1) })],
    ["model", p.dict({ model: one(1), optimizer: p.dict({ state: p.dict({}) }) })],
    ["ema_state_dict before state_dict", p.dict({ state_dict: one(2), ema_state_dict: one(1) })],
    [
      "past a customary key without tensors",
      p.dict({ model: p.dict({ name: p.str("x") }), state_dict: one(1) }),
    ],
    ["params_ema before params", p.dict({ params: one(2), params_ema: one(1) })],
    ["nested twice", p.dict({ model: p.dict({ state_dict: one(1) }) })],
    [
      "the only dict with tensors",
      p.dict({ epoch: p.int(4), myNetwork: one(1), notes: p.dict({ a: p.int(1) }) }),
    ],
    [
      "beside loose tensors",
      p.dict({ steps: p.tensor(p.storage("FloatStorage", "0", 6), 5, [], []), state_dict: one(1) }),
    ],
  ])("%s", (_, root) => {
    expect(values(zip(root))).toEqual([1]);
  });

  test.each([
    ["two candidates", p.dict({ a: one(1), b: one(2) }), /no single state dict in it; its keys are a, b/],
    ["no tensors", p.dict({ epoch: p.int(1) }), /no single state dict in it; its keys are epoch/],
    ["a lone tensor", w, /holds no state dict/],
    ["a number", p.int(3), /holds no state dict/],
    [
      "nested without end",
      [...p.EMPTY_DICT, 0x71, 0, ...p.str("model"), 0x68, 0, 0x73],
      /no single state dict/,
    ],
  ])("refuses %s", (_, root, message) => {
    expect(() => readPth(zip(root), "x.pth")).toThrow(message);
  });
});

const weights = givenFolder("data/weights");
test.skipIf(weights === undefined)(
  "a generator that others trained (PyTorch 0.3) equals its safetensors copy in every value",
  () => {
    const read = (name: string) => readFileSync(join(weights ?? "", name));
    const pth = readPth(read("leftthomas_netG_epoch_4_100_531073f.pth"));
    const { tensors } = readSafetensors(read("leftthomas_srgan_x4.safetensors"));
    expect(pth.size).toBe(79);
    expect([...pth.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, dtype, data }] of pth) {
      const other = tensors.get(name);
      expect({ shape, dtype }, name).toEqual({ shape: other?.shape, dtype: other?.dtype });
      expect(
        data.every((value, i) => value === other?.data[i]),
        name,
      ).toBe(true);
    }
  },
);

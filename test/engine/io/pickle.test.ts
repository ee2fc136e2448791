import { describe, expect, test } from "vitest";
import { FormatError } from "../../../engine/errors.ts";
import { MemoryBudget } from "../../../engine/io/memory-budget.ts";
import { type PickleHost, unpickle } from "../../../engine/io/pickle.ts";
import * as p from "./pickle-writer.ts";

const host: PickleHost = {
  findGlobal(module, name) {
    if (module === "good" && name === "pair") return (args: readonly unknown[]) => ({ pair: args });
    throw new FormatError(`refuses global '${module}.${name}'`);
  },
  loadPersistent: (id) => ({ id }),
  takesState: () => false,
};

const read = (value: p.Piece) => unpickle(p.pickle(value), 0, host, new MemoryBudget("x.pkl", 99)).value;
const raw = (...bytes: number[]) =>
  unpickle(Uint8Array.from(bytes), 0, host, new MemoryBudget("x.pkl", bytes.length));

describe("the restricted pickle reader", () => {
  test.each([
    ["None", p.NONE, null],
    ["True", p.bool(true), true],
    ["False", p.bool(false), false],
    ["int", p.int(-70000), -70000],
    ["one byte", [0x4b, 200], 200],
    ["two bytes", [0x4d, 0xe9, 3], 1001],
    ["long", [0x8a, 1, 0xff], -1],
    ["long of no bytes", [0x8a, 0], 0],
    ["long beyond 2^53", [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40], 2n ** 62n],
    ["float", p.float(-0.1), -0.1],
    ["text", p.str("schön"), "schön"],
    ["Python 2 text", [0x55, 2, 0x61, 0xe9], "aé"],
    ["empty tuple", [0x29], []],
    ["empty set", [0x8f], new Set()],
    ["new object", p.newobj(p.global("good", "pair"), p.int(1)), { pair: [1] }],
    ["a tuple as key", [...p.EMPTY_DICT, ...p.tuple(p.int(1)), ...p.int(2), 0x73], new Map([[[1], 2]])],
    ["tuples", [...p.int(1), 0x85, ...p.int(2), 0x86, ...p.NONE, ...p.NONE, 0x87], [[[1], 2], null, null]],
    ["list", p.list(p.int(1), p.list()), [1, []]],
    ["append", [0x5d, ...p.int(7), 0x61], [7]],
    [
      "dict",
      p.dict({ a: p.int(1), b: p.dict({}) }),
      new Map<string, unknown>([
        ["a", 1],
        ["b", new Map()],
      ]),
    ],
    ["set item", [...p.EMPTY_DICT, ...p.int(1), ...p.int(2), 0x73], new Map([[1, 2]])],
    ["call", p.call(p.global("good", "pair"), p.int(1), p.int(2)), { pair: [1, 2] }],
    ["persistent id", [...p.str("key"), 0x51], { id: "key" }],
    ["memo", [...p.str("a"), 0x71, 5, 0x68, 5, 0x86], ["a", "a"]],
    ["long memo", [...p.str("a"), 0x72, 1, 0, 1, 0, 0x6a, 1, 0, 1, 0, 0x86], ["a", "a"]],
    [
      "attributes of a dict",
      [...p.dict({ a: p.int(1) }), ...p.dict({ _metadata: p.NONE }), 0x62],
      new Map([["a", 1]]),
    ],
  ] as [string, p.Piece, unknown][])("%s", (_, piece, expected) => {
    expect(read(piece)).toEqual(expected);
  });

  test("gives the position behind the pickle", () => {
    const bytes = Uint8Array.from([9, ...p.pickle(p.int(3)), 9, 9]);
    expect(unpickle(bytes, 1, host, new MemoryBudget("x", 9))).toEqual({ value: 3, end: bytes.length - 2 });
  });

  test.each([
    ["a global", p.call(p.global("os", "system"), p.str("rm -rf /")), /refuses global 'os\.system'/],
    ["INST", [0x28, 0x69], /refuses pickle opcode INST \(0x69\)/],
    ["OBJ", [0x28, 0x6f], /refuses pickle opcode OBJ/],
    ["NEWOBJ of what was refused", p.newobj(p.global("os", "system")), /refuses global 'os\.system'/],
    ["NEWOBJ of no class", p.newobj(p.str("eval")), /calls what is no function/],
    ["FRAME, of protocol 4", [0x95], /refuses pickle opcode FRAME \(0x95\)/],
    ["appending to a tuple", [...p.tuple(p.int(1)), ...p.int(2), 0x61], /appends to what is no list/],
    ["STACK_GLOBAL", [...p.str("os"), ...p.str("system"), 0x93], /refuses pickle opcode STACK_GLOBAL/],
    ["EXT1", [0x82, 1], /refuses pickle opcode EXT1/],
    ["DUP", [...p.NONE, 0x32], /refuses pickle opcode DUP/],
    ["a byte that is none", [0xff], /refuses pickle opcode byte \(0xff\)/],
    [
      "BUILD on a call's result",
      [...p.call(p.global("good", "pair")), ...p.dict({}), 0x62],
      /refuses pickle opcode BUILD/,
    ],
    ["calling a string", p.call(p.str("eval")), /calls what is no function/],
    ["calling with no tuple", [...p.global("good", "pair"), ...p.int(1), 0x52], /calls what is no function/],
    ["an empty stack", [0x85], /stack is empty/],
    ["popping the mark", [0x28, 0x85], /stack is empty/],
    ["no mark", [0x74], /misses a MARK/],
    ["recalling nothing", [0x68, 3], /recalls slot 3/],
    ["appending to a dict", [...p.EMPTY_DICT, ...p.int(1), 0x61], /appends to what is no list/],
    ["items of a list", [0x5d, 0x28, ...p.int(1), ...p.int(2), 0x75], /sets items of what is no dict/],
    ["an odd number of items", [...p.EMPTY_DICT, 0x28, ...p.int(1), 0x75], /sets items/],
    ["a list as key", [...p.EMPTY_DICT, 0x5d, ...p.int(2), 0x73], /dict key/],
    ["a dict as key", [...p.EMPTY_DICT, ...p.EMPTY_DICT, ...p.int(2), 0x73], /dict key/],
  ] as [string, p.Piece, RegExp][])("refuses %s", (_, piece, message) => {
    expect(() => read(piece)).toThrow(message);
    expect(() => read(piece)).toThrow(FormatError);
  });

  test.each([
    ["nothing", []],
    ["no STOP", [0x80, 2, 0x4e]],
    ["an int cut short", [0x4a, 1, 2]],
    ["a string cut short", [0x58, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ["a global without line ends", [0x63, 0x6f, 0x73]],
    ["STOP on an empty stack", [0x2e]],
  ])("refuses %s", (_, bytes) => {
    expect(() => raw(...bytes)).toThrow(FormatError);
  });
});

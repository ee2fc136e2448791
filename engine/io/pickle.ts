/**
 * A restricted pickle reader: the protocol 2 opcodes that `torch.load(weights_only=True)` obeys, and nothing else.
 *
 * Pickle is a program for a small stack machine that can call any function of Python. Here nothing can be called except
 * what the host passes in: every global is looked up by `findGlobal`, which refuses by throwing, and only the functions it
 * returned can be called. Any other opcode is refused by name. Each opcode consumes a byte, and what it makes is charged to
 * a budget, so time and memory are bounded by the file's size.
 * Python's dict and OrderedDict become `Map`, set `Set`, list an array, tuple a frozen one, None null, int a number (a bigint
 * beyond 2^53).
 */
import { FormatError } from "../errors.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { describeOpcode } from "./pickle-opcodes.ts";

/** What a pickle may call: a function of the reduced arguments. */
export type PickleFunction = (args: readonly unknown[]) => unknown;

/** The host's side of a pickle. */
export interface PickleHost {
  /** The object behind `module.name`: a {@link PickleFunction} or an inert marker. Throws FormatError to refuse. */
  findGlobal(module: string, name: string): unknown;
  /** The object behind a persistent id (PyTorch: a storage). Throws FormatError to refuse. */
  loadPersistent(id: unknown): unknown;
  /** May attributes be set on this object (and be forgotten)? */
  takesState(object: unknown): boolean;
}

/** Bytes that an empty container takes in V8, roughly. */
const CONTAINER_BYTES = { dict: 170, list: 40, set: 170 } as const;

/** Python's empty tuple: there is one. */
const EMPTY: readonly unknown[] = Object.freeze([]);

const MARK = Symbol("mark");

const OP = {
  MARK: 0x28,
  EMPTY_TUPLE: 0x29,
  STOP: 0x2e,
  BINFLOAT: 0x47,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  BINPERSID: 0x51,
  REDUCE: 0x52,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  PROTO: 0x80,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  NEWOBJ: 0x81,
  LONG1: 0x8a,
  EMPTY_SET: 0x8f,
} as const;

/**
 * Reads one pickle that starts at byte `start`.
 * @returns its value, and the position behind its STOP
 * @throws FormatError naming the refused opcode or global, or what is damaged
 */
export function unpickle(bytes: Uint8Array, start: number, host: PickleHost, budget: MemoryBudget) {
  return new Unpickler(bytes, start, host, budget).run();
}

/** May this be a key of a dict, or in a set? Python refuses lists, dicts and sets. */
export const isHashable = (value: unknown): boolean =>
  !(value instanceof Map || value instanceof Set || (Array.isArray(value) && !Object.isFrozen(value)));

class Unpickler {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly host: PickleHost;
  private readonly budget: MemoryBudget;
  private position: number;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, start: number, host: PickleHost, budget: MemoryBudget) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.host = host;
    this.budget = budget;
  }

  run(): { value: unknown; end: number } {
    for (;;) {
      const opcode = this.uint8();
      if (opcode === OP.STOP) return { value: this.pop(), end: this.position };
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    const { stack } = this;
    switch (opcode) {
      case OP.PROTO:
        this.take(1); // the opcodes that follow are judged one by one, whatever the protocol
        return;
      case OP.MARK:
        stack.push(MARK);
        return;
      case OP.NONE:
        stack.push(null);
        return;
      case OP.NEWTRUE:
        stack.push(true);
        return;
      case OP.NEWFALSE:
        stack.push(false);
        return;
      case OP.BININT:
        stack.push(this.view.getInt32(this.take(4), true));
        return;
      case OP.BININT1:
        stack.push(this.uint8());
        return;
      case OP.BININT2:
        stack.push(this.view.getUint16(this.take(2), true));
        return;
      case OP.LONG1:
        stack.push(this.long(this.uint8()));
        return;
      case OP.BINFLOAT:
        stack.push(this.view.getFloat64(this.take(8), false));
        return;
      case OP.BINUNICODE:
        stack.push(this.text(this.uint32(), "utf-8"));
        return;
      case OP.BINSTRING: // Python 2's str, as are the short ones
        stack.push(this.text(this.uint32(), "latin1"));
        return;
      case OP.SHORT_BINSTRING:
        stack.push(this.text(this.uint8(), "latin1"));
        return;
      case OP.EMPTY_TUPLE:
        stack.push(EMPTY);
        return;
      case OP.EMPTY_LIST:
        this.budget.spend(CONTAINER_BYTES.list);
        stack.push([]);
        return;
      case OP.EMPTY_DICT:
        this.budget.spend(CONTAINER_BYTES.dict);
        stack.push(new Map());
        return;
      case OP.EMPTY_SET:
        this.budget.spend(CONTAINER_BYTES.set);
        stack.push(new Set());
        return;
      case OP.TUPLE:
        stack.push(this.tuple(this.popToMark()));
        return;
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3:
        stack.push(this.tuple(this.popMany(opcode - OP.TUPLE1 + 1)));
        return;
      case OP.APPEND:
        this.append([this.pop()]);
        return;
      case OP.APPENDS:
        this.append(this.popToMark());
        return;
      case OP.SETITEM:
        this.setItems(this.popMany(2));
        return;
      case OP.SETITEMS:
        this.setItems(this.popToMark());
        return;
      case OP.BINPUT:
        this.memo.set(this.uint8(), this.top());
        return;
      case OP.LONG_BINPUT:
        this.memo.set(this.uint32(), this.top());
        return;
      case OP.BINGET:
        stack.push(this.recall(this.uint8()));
        return;
      case OP.LONG_BINGET:
        stack.push(this.recall(this.uint32()));
        return;
      case OP.GLOBAL:
        stack.push(this.host.findGlobal(this.line(), this.line()));
        return;
      case OP.BINPERSID:
        stack.push(this.host.loadPersistent(this.pop()));
        return;
      case OP.REDUCE:
      case OP.NEWOBJ: // cls.__new__(cls, *args): no class here tells the two apart
        this.call();
        return;
      case OP.BUILD:
        this.build();
        return;
      default:
        throw this.error(`refuses pickle opcode ${describeOpcode(opcode)}`);
    }
  }

  private tuple(items: readonly unknown[]): readonly unknown[] {
    this.budget.spend(CONTAINER_BYTES.list + 8 * items.length);
    return Object.freeze(items);
  }

  private call(): void {
    const [callable, args] = this.popMany(2);
    if (typeof callable !== "function" || !Array.isArray(args))
      throw this.error("the pickle calls what is no function");
    this.stack.push((callable as PickleFunction)(args));
  }

  /** Attributes set on an object: PyTorch gives a state dict's OrderedDict its `_metadata`, which carries no numbers. */
  private build(): void {
    const state = this.pop();
    if (!((this.top() instanceof Map && state instanceof Map) || this.host.takesState(this.top())))
      throw this.error("refuses pickle opcode BUILD on anything but a dict or a tensor");
  }

  private append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list) || Object.isFrozen(list))
      throw this.error("the pickle appends to what is no list");
    for (const item of items) list.push(item);
  }

  private setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0)
      throw this.error("the pickle sets items of what is no dict");
    for (let i = 0; i < items.length; i += 2) {
      if (!isHashable(items[i]))
        throw this.error("the pickle has a dict key that may change: a list, dict or set");
      dict.set(items[i], items[i + 1]);
    }
  }

  private recall(slot: number): unknown {
    if (!this.memo.has(slot)) throw this.error(`the pickle recalls slot ${slot}, which it never stored`);
    return this.memo.get(slot);
  }

  /** A little-endian two's complement integer of any length. */
  private long(length: number): number | bigint {
    const start = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i] as number);
    value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  private text(length: number, encoding: "utf-8" | "latin1"): string {
    const start = this.take(length);
    return new TextDecoder(encoding).decode(this.bytes.subarray(start, start + length));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.error("the pickle is truncated");
    const text = this.text(end - this.position, "utf-8");
    this.take(1);
    return text;
  }

  private uint8(): number {
    return this.view.getUint8(this.take(1));
  }

  private uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** Steps over `length` bytes and returns where they start. */
  private take(length: number): number {
    const start = this.position;
    if (start + length > this.bytes.length) throw this.error("the pickle is truncated");
    this.position = start + length;
    return start;
  }

  private top(): unknown {
    if (this.stack.length === 0 || this.stack.at(-1) === MARK)
      throw this.error("the pickle's stack is empty");
    return this.stack.at(-1);
  }

  private pop(): unknown {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  /** The last `n` values, oldest first. */
  private popMany(n: number): unknown[] {
    const values: unknown[] = [];
    for (let i = 0; i < n; i++) values.push(this.pop());
    return values.reverse();
  }

  private popToMark(): unknown[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw this.error("the pickle misses a MARK");
    const values = this.stack.splice(mark + 1);
    this.stack.pop();
    return values;
  }

  private error(what: string): FormatError {
    return new FormatError(`${this.budget.file}: ${what} (byte ${this.position})`);
  }
}

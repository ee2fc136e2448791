/**
 * WGSL for fused expressions. A root node and everything that is computed along with it becomes the body of one hook
 * function: leaves are loads from buffers through an `Index`, inner nodes are lines `let t3 = …;`.
 */
import { GanvasError } from "../errors.ts";
import { type DType, isFloat, storedType, wgslType } from "../dtype.ts";
import { resolve } from "./fuse.ts";
import type { Node, Target } from "./node.ts";
import {
  type Access,
  accessOf,
  addressExpression,
  Index,
  isIdentity,
  type View,
  validExpression,
} from "./view.ts";

/** A buffer that the body reads, declared as scalars or as groups of four. */
export interface BodyInput {
  readonly leaf: Node;
  readonly vector: boolean;
}

/** Whether a node's value is in a buffer when the kernel runs. */
export type IsStored = (node: Node) => boolean;

/**
 * Writes the body for one kernel. `width` is 4 where a thread computes four consecutive elements of the root (then
 * `e`, the number of the first, is a multiple of 4), else 1.
 */
export class Body {
  readonly inputs: BodyInput[] = [];
  private readonly lines: string[] = [];
  private readonly helpers = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private readonly isStored: IsStored;
  private readonly width: 1 | 4;
  private readonly firstBinding: number;
  private readonly nativeF16: boolean;
  /** WGSL of values that the surrounding kernel hands over. */
  private readonly given: ReadonlyMap<Node, string>;
  /** Buffers that another body of the same kernel has declared. */
  private readonly bound: readonly BodyInput[];
  /** Starts the names this body declares beside its function, so that two bodies fit into one file. */
  private readonly prefix: string;

  constructor(
    width: 1 | 4,
    firstBinding: number,
    isStored: IsStored,
    { nativeF16 }: Pick<Target, "nativeF16">,
    given: ReadonlyMap<Node, string> = new Map(),
    bound: readonly BodyInput[] = [],
  ) {
    this.width = width;
    this.firstBinding = firstBinding;
    this.isStored = isStored;
    this.nativeF16 = nativeF16;
    this.given = given;
    this.bound = bound;
    this.prefix = given.size > 0 ? "post" : "";
  }

  /** Statements, then the name that holds the value of `node`, whose elements are numbered by `index`. */
  value(node: Node, index: Index = Index.identity): string {
    const key = `${node.id}@${index.key}`;
    let name = this.names.get(key);
    if (name === undefined) {
      const expression = this.expression(node, index);
      name = /^\w+$/.test(expression) ? expression : `t${this.names.size}`;
      if (name !== expression) this.lines.push(`  let ${name} = ${expression};`);
      this.names.set(key, name);
    }
    return name;
  }

  /** The statements written so far. */
  get statements(): string {
    return this.lines.join("\n");
  }

  /** Bindings and address functions that the statements refer to. */
  get declarations(): string {
    const bindings = this.inputs.map(
      ({ leaf, vector }, k) =>
        `@group(0) @binding(${this.firstBinding + k}) var<storage, read> ${this.prefix}in${k}: array<${this.stored(leaf, vector ? 4 : 1)}>;`,
    );
    return [...bindings, ...this.helpers.values()].join("\n");
  }

  private expression(node: Node, index: Index): string {
    const given = this.given.get(node);
    if (given !== undefined) return given;
    if (this.isStored(node)) return this.load(node, index);
    const t = wgslType(node.dtype, this.width);
    const { op } = node;
    switch (op.kind) {
      case "constant":
        return `${t}(${literal(node.attributes.value as number, node.dtype)})`;
      case "pointwise":
        if (op.library) this.helpers.set(op.library, op.library);
        return op.expression(
          node.inputs.map((input) => this.value(input, index)),
          t,
          node.attributes,
        );
      case "movement": {
        const input = resolve(node.inputs[0] as Node, (held) => this.given.has(held) || this.isStored(held));
        if (!node.view) return this.value(input, index);
        const value = this.value(input, index.through(node.view));
        const valid = this.valid(node.view, index);
        return valid ? `select(${t}(0), ${value}, ${valid})` : value;
      }
      default:
        throw new GanvasError(`${op.name} cannot be computed inside another kernel`);
    }
  }

  private load(leaf: Node, index: Index): string {
    if (this.width === 1) return this.scalar(leaf, this.address(index, "e"));
    const t = wgslType(leaf.dtype, 4);
    const access: Access = accessOf(index);
    const lanes = (at: (lane: number) => string) =>
      `${t}(${[0, 1, 2, 3].map((lane) => this.scalar(leaf, at(lane))).join(", ")})`;
    if (access === "contiguous") {
      const at = this.local(this.address(index, "e"));
      const { name, vector } = this.input(leaf, true);
      return vector ? this.widened(leaf, `${name}[${at} >> 2u]`, 4) : lanes((lane) => `${at} + ${lane}u`);
    }
    if (access === "splat") return `${t}(${this.scalar(leaf, this.local(this.address(index, "e")))})`;
    const stride = access === "strided" ? ((index.views[0] as View).strides.at(-1) as number) : -1;
    if (stride < 0) return lanes((lane) => this.local(this.address(index, `e + ${lane}u`)));
    const at = this.local(this.address(index, "e"));
    return lanes((lane) => `${at} + ${lane * stride}u`);
  }

  /** One element of a buffer, whichever way it is declared. */
  private scalar(leaf: Node, at: string): string {
    const { name, vector } = this.input(leaf, false);
    return this.widened(leaf, vector ? `${name}[(${at}) >> 2u][(${at}) & 3u]` : `${name}[${at}]`, 1);
  }

  /** The WGSL type that the node's elements have in a buffer. */
  private stored(node: Node, width: 1 | 4): string {
    return storedType(node.dtype, width, this.nativeF16);
  }

  /** What was loaded, in the type that it is computed in. */
  private widened(leaf: Node, loaded: string, width: 1 | 4): string {
    const t = wgslType(leaf.dtype, width);
    return this.stored(leaf, width) === t ? loaded : `${t}(${loaded})`;
  }

  /** The buffer's name; the first to use it decides how it is declared, so that each takes one binding only. */
  private input(leaf: Node, vector: boolean): { name: string; vector: boolean } {
    const known = this.bound.findIndex((input) => input.leaf === leaf);
    if (known >= 0) return { name: `in${known}`, vector: (this.bound[known] as BodyInput).vector };
    let k = this.inputs.findIndex((input) => input.leaf === leaf);
    if (k < 0) k = this.inputs.push({ leaf, vector }) - 1;
    return { name: `${this.prefix}in${k}`, vector: (this.inputs[k] as BodyInput).vector };
  }

  /** A name for an index that is used more than once. */
  private local(expression: string): string {
    if (/^\w+$/.test(expression)) return expression;
    let name = this.names.get(expression);
    if (name === undefined) {
      name = `a${this.names.size}`;
      this.names.set(expression, name);
      this.lines.push(`  let ${name} = ${expression};`);
    }
    return name;
  }

  /** Where element `e` lies, as an expression; views are turned into functions of their own. */
  private address(index: Index, e: string): string {
    return index.views.reduce((at, view) => `${this.helper("at", addressExpression(view), "u32")}(${at})`, e);
  }

  /** The condition that the elements at hand have a source in a padded view that is read through `index`. */
  private valid(view: View, index: Index): string | undefined {
    const condition = validExpression(view);
    if (condition === undefined) return undefined;
    const ok = this.helper("ok", condition, "bool");
    const at = (e: string) => `${ok}(${this.address(index, e)})`;
    if (this.width === 1) return at("e");
    const rank = view.shape.length;
    const inner = view.shape[rank - 1] as number;
    const [low, high] = (view.mask as NonNullable<View["mask"]>)[rank - 1] as readonly [number, number];
    const allAlike = index.views.every(isIdentity) && (inner & 3) === 0 && low <= 0 && high >= inner;
    return allAlike ? at("e") : `vec4<bool>(${[0, 1, 2, 3].map((lane) => at(`e + ${lane}u`)).join(", ")})`;
  }

  private helper(prefix: string, expression: string, type: string): string {
    const key = prefix + expression;
    let text = this.helpers.get(key);
    if (!text) {
      text = `fn ${this.prefix}${prefix}${this.helpers.size}(e: u32) -> ${type} { return ${expression}; }`;
      this.helpers.set(key, text);
    }
    return text.slice(3, text.indexOf("("));
  }
}

/** Whether an expression of type f32 or vec4f is NaN, as WGSL. By its bits: compilers may take comparisons to be free of NaN. */
export function isNaNOf(x: string, t: string): string {
  const bits = t === "f32" ? "u32" : "vec4u";
  return `((bitcast<${bits}>(${x}) & ${bits}(0x7fffffffu)) > ${bits}(0x7f800000u))`;
}

/** Whether it is neither infinite nor NaN, by its bits too. */
export function isFiniteOf(x: string, t: string): string {
  const bits = t === "f32" ? "u32" : "vec4u";
  const full = `${bits}(0x7f800000u)`;
  return `(bitcast<${bits}>(${x}) & ${full}) != ${full}`;
}

/** Infinity with the sign of x, or (`0x7fffffff`) NaN: WGSL has no literal for them, and takes none from known numbers. */
export function infinityOf(x: string, t: string, full: "0x7f800000" | "0x7fffffff" = "0x7f800000"): string {
  const bits = t === "f32" ? "u32" : "vec4u";
  return `bitcast<${t}>((bitcast<${bits}>(${x}) & ${bits}(0x80000000u)) | ${bits}(${full}u))`;
}

/** `result`, and NaN where one of the arguments is, which some of WGSL's functions drop; integers need no such care. */
export function passNaN(result: string, args: readonly string[], t: string): string {
  if (!t.includes("f")) return result;
  return `select(${result}, ${args.join(" + ")}, ${args.map((x) => isNaNOf(x, t)).join(" | ")})`;
}

/** Least and largest numbers of each type. */
const RANGE: Readonly<Record<DType, readonly [number, number]>> = {
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
  // Computed as f32.
  f16: [-3.4028234663852886e38, 3.4028234663852886e38],
  i32: [-2147483648, 2147483647],
  u32: [0, 4294967295],
};

/**
 * A number as WGSL, to be put into the brackets of this type. What the type cannot hold becomes the nearest that it can:
 * WGSL has no literal for infinity.
 */
export function literal(value: number, dtype: DType): string {
  if (Number.isNaN(value)) throw new GanvasError("a constant is NaN");
  const [least, largest] = RANGE[dtype];
  const within = Math.min(Math.max(value, least), largest);
  return isFloat(dtype) ? `${Math.fround(within)}f` : `${Math.trunc(within)}`;
}

/** Products of matrices, and sums of products of any axes. */
import * as ops from "../../ops/index.ts";
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, type Family, readingAll } from "../call.ts";
import { asFloats } from "../movement.ts";
import { deviceType } from "../pointwise.ts";
import { type ElementType, type Numbers, storedAs } from "../types.ts";
import { Value } from "../value.ts";

/** A result that was computed in floats, as elements of this type. */
const rounded = (type: ElementType, y: Tensor): Value =>
  Value.computed(type, deviceType(type) === "i32" ? ops.round(y).cast("i32") : y);

function gemm(call: Call): Value {
  const [a, b] = [0, 1].map((k) => asFloats(call.input(k))) as [Tensor, Tensor];
  const product = ops.matmul(
    call.int("transA", 0) === 1 ? ops.transpose(a) : a,
    call.int("transB", 0) === 1 ? ops.transpose(b) : b,
  );
  const [alpha, beta] = [call.float("alpha", 1), call.float("beta", 1)];
  const scaled = alpha === 1 ? product : ops.mul(product, alpha);
  if (!call.inputs[2]) return rounded(call.input(0).type, scaled);
  const c = asFloats(call.input(2));
  return rounded(call.input(0).type, ops.add(scaled, beta === 1 ? c : ops.mul(c, beta)));
}

/** Axes by letters; those behind an ellipsis are capital letters, from the last one on. */
interface Term {
  readonly letters: string;
  readonly tensor: Tensor;
}

const ELLIPSIS = "ZYXWVUTSRQPONMLKJIHGFEDCBA";

function withEllipsis(call: Call, letters: string, rank: number): string {
  if (!letters.includes("...")) return letters;
  const more = rank - (letters.length - 3);
  if (more < 0 || more > 10) call.refuse(`the term ${letters} does not fit a tensor of rank ${rank}`);
  return letters.replace("...", ELLIPSIS.slice(0, more).split("").reverse().join(""));
}

/** A letter that a term has twice stands for its diagonal. */
function diagonals({ letters, tensor }: Term): Term {
  const twice = [...letters].find((letter, k) => letters.indexOf(letter) !== k);
  if (twice === undefined) return { letters, tensor };
  const [p, q] = [letters.indexOf(twice), letters.lastIndexOf(twice)];
  const n = tensor.shape[p] as number;
  const rest = tensor.shape.flatMap((_, k) => (k === p || k === q ? [] : [k]));
  const front = ops.permute(tensor, [p, q, ...rest]);
  const inner = rest.map((k) => tensor.shape[k] as number);
  const flat = ops.reshape(front, [n * n, ...inner]);
  const line = ops.slice(flat, [0], [n * n], [n + 1]);
  return diagonals({ letters: twice + rest.map((k) => letters[k]).join(""), tensor: line });
}

/** Two terms as one: axes that nobody else wants are summed in a product of matrices. */
function contract(a: Term, b: Term, wanted: ReadonlySet<string>): Term {
  const sizes = new Map<string, number>();
  for (const { letters, tensor } of [a, b])
    [...letters].forEach((letter, k) => {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, tensor.shape[k] as number));
    });
  const has = (term: Term, letter: string) => term.letters.includes(letter);
  const all = [...sizes.keys()];
  const batch = all.filter((l) => has(a, l) && has(b, l) && wanted.has(l));
  const summed = all.filter((l) => has(a, l) && has(b, l) && !wanted.has(l));
  const left = all.filter((l) => has(a, l) && !has(b, l));
  const right = all.filter((l) => !has(a, l) && has(b, l));
  const size = (letters: readonly string[]) => sizeOf(letters.map((l) => sizes.get(l) as number));
  const ordered = (term: Term, letters: readonly string[]) => {
    const moved = ops.permute(
      term.tensor,
      letters.map((l) => term.letters.indexOf(l)),
    );
    return ops.expand(
      moved,
      letters.map((l) => sizes.get(l) as number),
    );
  };
  const product = ops.matmul(
    ops.reshape(ordered(a, [...batch, ...left, ...summed]), [size(batch), size(left), size(summed)]),
    ops.reshape(ordered(b, [...batch, ...summed, ...right]), [size(batch), size(summed), size(right)]),
  );
  const letters = [...batch, ...left, ...right];
  return {
    letters: letters.join(""),
    tensor: ops.reshape(
      product,
      letters.map((l) => sizes.get(l) as number),
    ),
  };
}

/** Axes that nobody wants any more are summed at once. */
function summed({ letters, tensor }: Term, wanted: ReadonlySet<string>): Term {
  const axes = [...letters].flatMap((letter, k) => (wanted.has(letter) ? [] : [k]));
  return axes.length === 0
    ? { letters, tensor }
    : { letters: [...letters].filter((l) => wanted.has(l)).join(""), tensor: ops.sum(tensor, axes) };
}

function einsum(call: Call): Value {
  const [inputs = "", output] = call.string("equation", "").replaceAll(" ", "").split("->");
  const tensors = call.inputs.map((_, k) => asFloats(call.input(k)));
  const parts = inputs.split(",");
  if (parts.length !== tensors.length)
    call.refuse(`the equation has ${parts.length} terms for ${tensors.length} inputs`);
  const terms = parts.map((letters, k): Term => {
    const tensor = tensors[k] as Tensor;
    const full = withEllipsis(call, letters, tensor.rank);
    if (full.length !== tensor.rank)
      call.refuse(`the term ${letters} does not fit a tensor of rank ${tensor.rank}`);
    return { letters: full, tensor };
  });
  const used = terms.map(({ letters }) => letters).join("");
  const hidden = [
    ...new Set([...used].filter((l) => ELLIPSIS.includes(l) && parts.some((p) => p.includes("...")))),
  ];
  const ellipsis = ELLIPSIS.split("")
    .reverse()
    .filter((l) => hidden.includes(l))
    .join("");
  const once = [...new Set(used)].filter((l) => used.split(l).length === 2 && !hidden.includes(l));
  const wanted = output === undefined ? ellipsis + once.toSorted().join("") : output.replace("...", ellipsis);
  let [current, ...rest] = terms.map(diagonals) as [Term, ...Term[]];
  while (rest.length > 0) {
    const [next, ...others] = rest as [Term, ...Term[]];
    const later = new Set(wanted + others.map(({ letters }) => letters).join(""));
    const other = next.letters;
    const own = current.letters;
    current = contract(
      summed(current, new Set([...later, ...other])),
      summed(next, new Set([...later, ...own])),
      later,
    );
    rest = others;
  }
  const last = summed(current, new Set(wanted));
  const y = ops.permute(
    last.tensor,
    [...wanted].map((letter) => last.letters.indexOf(letter)),
  );
  return rounded(call.input(0).type, y);
}

/** Of each matrix, by elimination with pivots, in host memory. */
function determinant(call: Call): Value {
  const x = call.input(0);
  const n = x.shape.at(-1) as number;
  const numbers = call.numbers(0);
  const shape = x.shape.slice(0, -2);
  const out = Array.from({ length: sizeOf(shape) }, (_, k) =>
    eliminate(numbers.slice(k * n * n, (k + 1) * n * n), n),
  );
  return Value.known(x.type, shape, storedAs(x.type, out));
}

function eliminate(numbers: Numbers, n: number): number {
  const rows = Array.from({ length: n }, (_, r) => Array.from(numbers.subarray(r * n, (r + 1) * n)));
  let result = 1;
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++)
      if (Math.abs(rows[r]?.[c] as number) > Math.abs(rows[pivot]?.[c] as number)) pivot = r;
    const head = rows[pivot] as number[];
    if (head[c] === 0) return 0;
    if (pivot !== c) {
      rows[pivot] = rows[c] as number[];
      rows[c] = head;
      result = -result;
    }
    result *= head[c] as number;
    for (let r = c + 1; r < n; r++) {
      const row = rows[r] as number[];
      const factor = (row[c] as number) / (head[c] as number);
      for (let k = c; k < n; k++) row[k] = (row[k] as number) - factor * (head[k] as number);
    }
  }
  return result;
}

export const PRODUCTS: Family = {
  MatMul: (call) => rounded(call.input(0).type, ops.matmul(asFloats(call.input(0)), asFloats(call.input(1)))),
  Gemm: gemm,
  Einsum: einsum,
  Det: readingAll(determinant),
};

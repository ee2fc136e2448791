/**
 * Picking elements by whole-number tensors, and adding up what was picked: each is the other's derivative. An index
 * outside the axis picks zeros, and what is scattered there is dropped; nothing outside a tensor is ever read or
 * written. Where the indices are known to JavaScript when the op is recorded, such an index is an error instead.
 */
import { GanvasError, ShapeError } from "../errors.ts";
import { wgslType } from "../dtype.ts";
import { foldGrid, type Launch } from "../gpu/kernel.ts";
import { resolve } from "../graph/fuse.ts";
import type { KernelOp, Node } from "../graph/node.ts";
import gatherSource from "../../shaders/gather.wgsl";
import addSource from "../../shaders/scatter-add.wgsl";
import linksSource from "../../shaders/scatter-links.wgsl";
import { normalizeAxis, type Shape, showShape, sizeOf } from "../shape.ts";
import { expectTensors, record, Tensor, tensor } from "../tensor.ts";
import { reshape } from "./broadcast.ts";
import { ceilDiv } from "./kernels.ts";
import { unsqueeze } from "./movement.ts";
import { eq } from "./pointwise.ts";
import { whole } from "./pair.ts";
import { slice } from "./slice.ts";

type Rank3 = readonly [outer: number, middle: number, inner: number];

/** [outer, rows, inner] and an index [outer or 1, places, inner or 1] to [outer, places, inner]. */
const GATHER: KernelOp = {
  kind: "kernel",
  name: "gather",
  fusable: true,
  launches: gatherLaunches,
  gradient: (dy, node) => [
    add(new Tensor(dy), indexOf(node), (node.inputs[0] as Node).shape[1] as number).node,
    undefined,
  ],
};

/** [outer, places, inner] and such an index to [outer, rows, inner]. */
const SCATTER_ADD: KernelOp = {
  kind: "kernel",
  name: "scatterAdd",
  fusable: true,
  launches: addLaunches,
  gradient: (dy, node) => [pick(new Tensor(dy), indexOf(node)).node, undefined],
};

const indexOf = (node: Node): Tensor => new Tensor(node.inputs[1] as Node);

function pick(x: Tensor, index: Tensor): Tensor {
  const [outer, , inner] = x.shape as Rank3;
  return record(GATHER, [x, index], [outer, index.shape[1] as number, inner]);
}

function add(x: Tensor, index: Tensor, rows: number): Tensor {
  const [outer, , inner] = x.shape as Rank3;
  return record(SCATTER_ADD, [x, index], [outer, rows, inner]);
}

/** What both shaders are told; rows are the axis that is picked from. */
function layout(picked: Node, index: Node, ROWS: number) {
  const [OUTER, , inner] = picked.shape as Rank3;
  const [INDEX_OUTER, PLACES, INDEX_INNER] = index.shape as Rank3;
  const WIDTH = INDEX_INNER === 1 && inner % 4 === 0 ? 4 : 1;
  const links = { ROWS, PLACES, INDEX_OUTER, INDEX_INNER };
  const T = wgslType(picked.dtype, WIDTH);
  return { links, WIDTH, constants: { ...links, T, WIDTH, OUTER, INNER: inner / WIDTH } } as const;
}

function gatherLaunches(node: Node): readonly Launch[] {
  const [x, index] = node.inputs as [Node, Node];
  const { constants, WIDTH } = layout(x, index, x.shape[1] as number);
  return [
    {
      name: "gather",
      source: gatherSource,
      constants: { ...constants, Whole: index.dtype },
      bindings: [{ input: 0 }, { input: 1 }, { output: true, write: true }],
      grid: foldGrid(ceilDiv(node.size / WIDTH, 64)),
      epilogue: { hook: "epilogue", width: WIDTH },
    },
  ];
}

function addLaunches(node: Node): readonly Launch[] {
  const [x, index] = node.inputs as [Node, Node];
  const { constants, links, WIDTH } = layout(x, index, node.shape[1] as number);
  const entries = links.INDEX_OUTER * (links.ROWS + links.PLACES) * links.INDEX_INNER;
  return [
    {
      name: "scatter-links",
      source: linksSource,
      constants: { ...links, Whole: index.dtype },
      bindings: [{ input: 1 }, { scratch: 0, write: true }],
      scratch: [{ size: entries }],
      grid: foldGrid(ceilDiv(entries, 64)),
    },
    {
      name: "scatter-add",
      source: addSource,
      constants,
      bindings: [{ input: 0 }, { scratch: 0 }, { output: true, write: true }],
      grid: foldGrid(ceilDiv(node.size / WIDTH, 64)),
      epilogue: { hook: "epilogue", width: WIDTH },
      flops: x.size,
    },
  ];
}

/** Checks type and, where JavaScript knows them, values of an index into an axis of `n`. */
function checkIndex(op: string, index: Tensor, n: number, lowest = 0): void {
  if (index.dtype !== "i32" && index.dtype !== "u32")
    throw new ShapeError(`${op}: index must be of type i32 or u32, got ${index.dtype}`);
  const { host } = resolve(index.node, (node) => node.host !== undefined);
  const wrong = host?.findIndex((i) => i < lowest || i >= n) ?? -1;
  if (wrong >= 0)
    throw new GanvasError(
      `${op}: index ${host?.[wrong]} (element ${wrong}) is outside ${n === 0 ? "an empty axis" : `${lowest} to ${n - 1}`}`,
    );
}

/** x as [what lies before the axis, the axis, what lies behind it]. */
const aroundAxis = (shape: Shape, axis: number): Rank3 => [
  sizeOf(shape.slice(0, axis)),
  shape[axis] as number,
  sizeOf(shape.slice(axis + 1)),
];

const replaced = (shape: Shape, axis: number, n: number): number[] =>
  shape.map((size, k) => (k === axis ? n : size));

/**
 * Element index[…, j, …] along `axis` for each element of `index`: with axis 1, y[a, j, b] = x[a, index[a, j, b], b].
 * Its derivative is `scatterAdd`.
 *
 * @param index i32 or u32, of x's rank; its other axes are at most as long as x's (what is beyond is not picked)
 * @returns the shape of `index`
 * @throws ShapeError when the shapes do not fit or the index holds floats
 * @throws GanvasError when an index known to JavaScript is outside the axis; others pick zeros
 */
export function gather(x: Tensor, index: Tensor, axis: number): Tensor {
  expectTensors("gather", { x, index });
  const at = normalizeAxis("gather", axis, x.rank);
  if (index.rank !== x.rank || index.shape.some((n, k) => k !== at && n > (x.shape[k] as number)))
    throw new ShapeError(
      `gather: index ${showShape(index.shape)} must have the rank of x ${showShape(x.shape)}, and no axis but ${at} longer than x's`,
    );
  checkIndex("gather", index, x.shape[at] as number);
  const part = slice(x, [], replaced(index.shape, at, x.shape[at] as number));
  const picked = pick(reshape(part, aroundAxis(part.shape, at)), reshape(index, aroundAxis(index.shape, at)));
  return reshape(picked, index.shape);
}

/**
 * Adds each element of x to the place that `index` names along `axis`, starting from zeros: with axis 1,
 * y[a, index[a, j, b], b] += x[a, j, b]. Equal places are added in their order, so equal inputs give equal bits. Its
 * derivative is `gather`.
 *
 * @param index i32 or u32, of x's shape
 * @param size length of the axis in the result
 * @returns x's shape with `size` along `axis`
 * @throws ShapeError when the shapes differ or the index holds floats
 * @throws GanvasError when an index known to JavaScript is outside the axis; elements with others are dropped
 */
export function scatterAdd(x: Tensor, index: Tensor, axis: number, size: number): Tensor {
  expectTensors("scatterAdd", { x, index });
  const at = normalizeAxis("scatterAdd", axis, x.rank);
  whole("scatterAdd", "size", size, 0);
  if (index.rank !== x.rank || index.shape.some((n, k) => n !== x.shape[k]))
    throw new ShapeError(
      `scatterAdd: index ${showShape(index.shape)} must have the shape of x ${showShape(x.shape)}`,
    );
  checkIndex("scatterAdd", index, size);
  const around = aroundAxis(x.shape, at);
  return reshape(add(reshape(x, around), reshape(index, around), size), replaced(x.shape, at, size));
}

/**
 * The slices index[0], index[1], … of x along `axis`, one behind the other.
 *
 * @param index [k] (or a single number), i32 or u32
 * @returns x's shape with k along `axis`
 * @throws ShapeError when the index is no vector or holds floats
 * @throws GanvasError when an index known to JavaScript is outside the axis; others pick zeros
 */
export function indexSelect(x: Tensor, index: Tensor, axis = 0): Tensor {
  expectTensors("indexSelect", { x, index });
  const at = normalizeAxis("indexSelect", axis, x.rank);
  if (index.rank > 1)
    throw new ShapeError(`indexSelect: index must be a vector, got shape ${showShape(index.shape)}`);
  checkIndex("indexSelect", index, x.shape[at] as number);
  const picked = pick(reshape(x, aroundAxis(x.shape, at)), reshape(index, [1, index.size, 1]));
  return reshape(picked, replaced(x.shape, at, index.size));
}

/**
 * One row of the table for each index.
 *
 * @param table [rows, ...]
 * @param index any shape, i32 or u32
 * @returns [...index, ...row]
 * @throws ShapeError when the table has no axis or the index holds floats
 * @throws GanvasError when an index known to JavaScript is no row of the table; others give rows of zeros
 */
export function embedding(table: Tensor, index: Tensor): Tensor {
  expectTensors("embedding", { table, index });
  const [rows, ...row] = table.shape;
  if (rows === undefined) throw new ShapeError("embedding: table must be [rows, ...], got []");
  checkIndex("embedding", index, rows);
  const picked = pick(reshape(table, [1, rows, sizeOf(row)]), reshape(index, [1, index.size, 1]));
  return reshape(picked, [...index.shape, ...row]);
}

/**
 * 1 at the class that the index names, 0 elsewhere, as f32. The index -1 stands for no class and gives zeros only.
 *
 * @param index any shape, i32 or u32
 * @returns [...index, classes]
 * @throws ShapeError when the index holds floats
 * @throws GanvasError when an index known to JavaScript is neither a class nor -1; others give zeros
 */
export function oneHot(index: Tensor, classes: number): Tensor {
  expectTensors("oneHot", { index });
  whole("oneHot", "classes", classes, 0);
  checkIndex("oneHot", index, classes, -1);
  const names = Array.from({ length: classes }, (_, k) => k);
  return eq(unsqueeze(index, index.rank), tensor(names, [classes], index.dtype));
}

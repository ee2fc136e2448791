/** Operators that name, order and cut axes. */
import { pixelShuffle, pixelUnshuffle } from "../../ops/resample.ts";
import { reshape as reshapeTensor } from "../../ops/broadcast.ts";
import { permute as permuteTensor } from "../../ops/movement.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { concat, expand, pad, permute, reshape, slice, sliceAxis } from "../movement.ts";
import { broadcast } from "../pointwise.ts";
import { Value } from "../value.ts";

/** A list that is an attribute in old versions and an input since. */
const listOf = (call: Call, name: string, input: number): readonly number[] | undefined =>
  call.list(name) ?? call.wholes(input);

const axesOf = (call: Call, axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => call.axis(axis, rank));

function reshaped(call: Call): Value {
  const x = call.input(0);
  const wanted = listOf(call, "shape", 1) ?? call.refuse("the shape is missing");
  const keepsZero = call.int("allowzero", 0) === 1;
  const sizes = wanted.map((n, k) => (n === 0 && !keepsZero ? (x.shape[k] ?? 0) : n));
  const known = sizeOf(sizes.filter((n) => n !== -1));
  return reshape(
    x,
    sizes.map((n) => (n === -1 ? (known === 0 ? 0 : x.size / known) : n)),
  );
}

function squeezed(call: Call): Value {
  const x = call.input(0);
  const given = listOf(call, "axes", 1);
  const axes = given ? axesOf(call, given, x.rank) : x.shape.flatMap((n, axis) => (n === 1 ? [axis] : []));
  for (const axis of axes)
    if (x.shape[axis] !== 1) call.refuse(`axis ${axis} of [${x.shape.join(", ")}] is not of size 1`);
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function unsqueezed(call: Call): Value {
  const x = call.input(0);
  const given = listOf(call, "axes", 1) ?? call.refuse("the axes are missing");
  const rank = x.rank + given.length;
  const axes = axesOf(call, given, rank);
  const rest = [...x.shape];
  return reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() as number))),
  );
}

function flattened(call: Call): Value {
  const x = call.input(0);
  const given = call.int("axis", 1);
  const axis = given < 0 ? given + x.rank : given;
  return reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
}

function sliced(call: Call): Value {
  const x = call.input(0);
  const starts = listOf(call, "starts", 1) ?? call.refuse("the starts are missing");
  const ends = listOf(call, "ends", 2) ?? call.refuse("the ends are missing");
  const axes = axesOf(call, listOf(call, "axes", 3) ?? starts.map((_, k) => k), x.rank);
  const steps = call.wholes(4) ?? starts.map(() => 1);
  const [from, step, shape] = [x.shape.map(() => 0), x.shape.map(() => 1), [...x.shape]];
  axes.forEach((axis, k) => {
    const n = x.shape[axis] as number;
    const by = steps[k] as number;
    if (by === 0) call.refuse("a step is 0");
    // Going backwards the place before the first is an end too.
    const [least, most] = by > 0 ? [0, n] : [-1, n - 1];
    const within = (at: number) => Math.min(Math.max(at < 0 ? at + n : at, least), most);
    const [begin, end] = [within(starts[k] as number), within(ends[k] as number)];
    from[axis] = begin;
    step[axis] = by;
    shape[axis] = Math.max(Math.ceil((end - begin) / by), 0);
  });
  return slice(x, from, step, shape);
}

function splits(call: Call): Value[] {
  const x = call.input(0);
  const axis = call.axis(call.int("axis", 0), x.rank);
  const n = x.shape[axis] as number;
  const parts = call.int("num_outputs", call.wanted);
  const each = Math.ceil(n / parts);
  const equal = Array.from({ length: parts }, (_, k) => Math.max(Math.min(each, n - k * each), 0));
  const sizes = listOf(call, "split", 1) ?? equal;
  if (sizes.reduce((sum, size) => sum + size, 0) !== n)
    call.refuse(`parts of ${sizes.join(", ")} do not add up to the ${n} along axis ${axis}`);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return sliceAxis(x, axis, start - size, start);
  });
}

function stretched(call: Call): Value {
  const x = call.input(0);
  return expand(x, broadcast([x.shape, call.wholes(1) ?? []]));
}

function tiled(call: Call): Value {
  const x = call.input(0);
  const repeats = call.version < 6 ? undefined : call.wholes(1);
  const times = repeats ?? x.shape.map((_, axis) => (axis === call.scalar(2, 0) ? call.scalar(1, 1) : 1));
  // [a, b] -> [1, a, 1, b] -> [p, a, q, b] -> [p a, q b]
  const apart = reshape(
    x,
    x.shape.flatMap((n) => [1, n]),
  );
  const wide = expand(
    apart,
    x.shape.flatMap((n, axis) => [times[axis] as number, n]),
  );
  return reshape(
    wide,
    x.shape.map((n, axis) => n * (times[axis] as number)),
  );
}

/** Blocks of channels to blocks of pixels; the engine's own op has PyTorch's order, which ONNX calls CRD. */
function depthToSpace(call: Call): Value {
  const x = call.input(0);
  const r = call.int("blocksize", 1);
  if (x.rank !== 4 || (x.shape[1] as number) % (r * r) !== 0)
    call.refuse(`[${x.shape.join(", ")}] cannot be spread over blocks of ${r}×${r}`);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const depth = c / (r * r);
  if (call.string("mode", "DCR", ["DCR", "CRD"]) === "CRD")
    return Value.channelsLast(x.type, pixelShuffle(x.channelsLast, r));
  const blocks = reshapeTensor(x.channelsLast, [n, h, w, r, r, depth]);
  const pixels = permuteTensor(blocks, [0, 1, 3, 2, 4, 5]); // [n, h, i, w, j, depth]
  return Value.channelsLast(x.type, reshapeTensor(pixels, [n, h * r, w * r, depth]));
}

/** The other way, with channels i, j, c from the slowest to the fastest. */
function spaceToDepth(call: Call): Value {
  const x = call.input(0);
  const r = call.int("blocksize", 1);
  if (x.rank !== 4 || x.shape.slice(2).some((size) => size % r !== 0))
    call.refuse(`[${x.shape.join(", ")}] cannot be cut into blocks of ${r}×${r}`);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const unshuffled: Tensor = pixelUnshuffle(x.channelsLast, r); // [n, h / r, w / r, c r r]
  const sizes = [n, h / r, w / r];
  const apart = permuteTensor(reshapeTensor(unshuffled, [...sizes, c, r * r]), [0, 1, 2, 4, 3]);
  return Value.channelsLast(x.type, reshapeTensor(apart, [...sizes, r * r * c]));
}

/** What is too large is cut in the middle, what is too small gets zeros around it. */
function centred(call: Call): Value {
  const x = call.input(0);
  const sizes = call.wholes(1) ?? [];
  const axes = axesOf(call, call.list("axes") ?? x.shape.map((_, k) => k), x.rank);
  const [before, after] = [x.shape.map(() => 0), x.shape.map(() => 0)];
  axes.forEach((axis, k) => {
    const more = (sizes[k] as number) - (x.shape[axis] as number);
    const front = more > 0 ? Math.floor(more / 2) : -Math.floor(-more / 2);
    before[axis] = front;
    after[axis] = more - front;
  });
  return pad(x, before, after);
}

function shapeOf(call: Call): Value {
  const { shape } = call.input(0);
  return Value.wholes((shape as number[]).slice(call.int("start", 0), call.int("end", shape.length)));
}

export const transposed = (x: Value, axes: Shape = x.shape.map((_, k) => x.rank - 1 - k)): Value =>
  permute(x, axes);

export const SHAPES: Family = {
  Identity: (call) => call.input(0),
  Reshape: reading([1], reshaped),
  Transpose: (call) => transposed(call.input(0), call.list("perm")),
  Squeeze: reading([1], squeezed),
  Unsqueeze: reading([1], unsqueezed),
  Flatten: flattened,
  Expand: reading([1], stretched),
  Tile: reading([1, 2], tiled),
  Slice: reading([1, 2, 3, 4], sliced),
  Split: reading([1], splits),
  Concat: (call) => {
    const parts = call.inputs.map((_, k) => call.input(k));
    return concat(parts, call.axis(call.int("axis", 1), parts[0]?.rank ?? 0));
  },
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  CenterCropPad: reading([1], centred),
  Shape: shapeOf,
  Size: (call) => Value.wholes([call.input(0).size], []),
};

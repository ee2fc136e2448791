/** What ops refuse, and in whose words. */
import { describe, expect, test } from "vitest";
import { GanvasError, ShapeError } from "../../../engine/errors.ts";
import * as g from "../../../engine/index.ts";

const x = g.tensor(new Float32Array(64), [1, 4, 4, 4]);
const w = g.tensor(new Float32Array(72), [3, 3, 4, 2]);
const whole = g.tensor(Int32Array.of(1, 2, 3, 4), [2, 2]);

const CASES: readonly [string, () => unknown, RegExp][] = [
  [
    "stride of 0",
    () => g.conv2d(x, w, { stride: 0 }),
    /^conv2d: stride must be whole numbers from 1 on, got 0×0$/,
  ],
  ["half a stride", () => g.conv2d(x, w, { stride: [1, 0.5] }), /^conv2d: stride .* got 1×0\.5$/],
  [
    "negative padding",
    () => g.conv2d(x, w, { padding: -1 }),
    /^conv2d: padding must be whole numbers from 0 on, got -1×-1$/,
  ],
  ["dilation of 0", () => g.conv2d(x, w, { dilation: 0 }), /^conv2d: dilation /],
  [
    "no groups",
    () => g.conv2d(x, w, { groups: 0 }),
    /^conv2d: groups must be a whole number from 1 on, got 0$/,
  ],
  [
    "groups that do not fit",
    () => g.conv2d(x, w, { groups: 3 }),
    /^conv2d: x \[1, 4, 4, 4\] has 4 channels, w \[3, 3, 4, 2\] takes 12 in 3 groups$/,
  ],
  [
    "made channels that groups cannot share",
    () => g.conv2d(x, g.ones([1, 1, 2, 3]), { groups: 2 }),
    /^conv2d: the 3 channels that w \[1, 1, 2, 3\] makes cannot be cut into 2 groups$/,
  ],
  [
    "a convolution without pixels",
    () => g.conv2d(g.zeros([1, 0, 4, 4]), w, { padding: 2 }),
    /^conv2d: x \[1, 0, 4, 4\] and w \[3, 3, 4, 2\] need at least one pixel each$/,
  ],
  [
    "groups of a transposed convolution",
    () => g.convTranspose2d(x, g.ones([2, 2, 4, 1]), { groups: 3 }),
    /^convTranspose2d: the 4 channels of x \[1, 4, 4, 4\] cannot be cut into 3 groups$/,
  ],
  [
    "channels of a transposed convolution",
    () => g.convTranspose2d(x, g.ones([2, 2, 3, 1])),
    /^convTranspose2d: x \[1, 4, 4, 4\] has 4 channels, w \[2, 2, 3, 1\] takes 3$/,
  ],
  [
    "a transposed convolution without pixels",
    () => g.convTranspose2d(g.zeros([1, 4, 0, 4]), g.ones([2, 2, 4, 1])),
    /^convTranspose2d: x \[1, 4, 0, 4\] and w .* need at least one pixel each$/,
  ],
  [
    "pairs in a sequence",
    () => g.conv1d(g.ones([1, 4, 2]), g.ones([3, 2, 1]), { stride: [1, 2] as unknown as number }),
    /^conv1d: stride must be a whole number from 1 on, got \[1, 2\]$/,
  ],
  [
    "channels of a sequence",
    () => g.conv1d(g.ones([1, 4, 2]), g.ones([3, 1, 1])),
    /^conv1d: w \[3, 1, 1\] in 1 groups does not fit x \[1, 4, 2\] of 2 channels$/,
  ],
  [
    "a kernel longer than the sequence",
    () => g.conv1d(g.ones([1, 4, 2]), g.ones([3, 2, 1]), { dilation: 3, padding: 1 }),
    /^conv1d: a kernel of 3 \(dilation 3\) does not fit into 4 with padding 1$/,
  ],
  [
    "an empty sequence",
    () => g.conv1d(g.zeros([1, 0, 2]), g.ones([3, 2, 1]), { padding: 4 }),
    /^conv1d: x \[1, 0, 2\] and w \[3, 2, 1\] need at least one position each$/,
  ],
  [
    "an image without a batch",
    () => g.conv2d(g.tensor(new Float32Array(64), [4, 4, 4]), w),
    /^conv2d: x should be \[n, h, w, i\], got \[4, 4, 4\]$/,
  ],
  [
    "a kernel that does not fit",
    () => g.conv2d(x, w, { dilation: 4 }),
    /^conv2d: a kernel of 3×3 \(dilation 4×4\) does not fit into 4×4 with padding 0×0$/,
  ],
  [
    "an even kernel and the same size",
    () => g.conv2d(x, g.tensor(new Float32Array(32), [2, 2, 4, 2]), { padding: "same" }),
    /^conv2d: padding "same" needs an odd kernel, got 2×2$/,
  ],
  [
    "stride of 0 in a transposed convolution",
    () => g.convTranspose2d(x, w, { stride: 0 }),
    /^convTranspose2d: stride /,
  ],
  [
    "outputPadding as large as the stride",
    () => g.convTranspose2d(x, w, { stride: 2, outputPadding: 2 }),
    /^convTranspose2d: outputPadding 2×2 must be smaller than the stride 2×2/,
  ],
  [
    "a convolution of whole numbers",
    () => g.conv2d(g.tensor(new Int32Array(64), [1, 4, 4, 4]), w),
    /^conv2d: x must be of type f32 or f16, got i32$/,
  ],
  [
    "a matrix product of whole numbers",
    () => g.matmul(whole, whole),
    /^matmul: a must be of type f32 or f16, got i32$/,
  ],
  [
    "a matrix product of scalars",
    () => g.matmul(g.tensor(1), whole),
    /^matmul: needs vectors or matrices, got \[\] and \[2, 2\]$/,
  ],
  [
    "inner sizes that differ",
    () => g.matmul(g.ones([2, 3]), g.ones([2, 3])),
    /^matmul: inner sizes differ: \[2, 3\] and \[2, 3\]$/,
  ],
  ["a mean of whole numbers", () => g.mean(whole), /^mean: x must be of type f32[^,]*, got i32$/],
  ["a softmax of whole numbers", () => g.softmax(whole), /^softmax: x must be of type f32[^,]*, got i32$/],
  [
    "floats with whole numbers",
    () => g.add(whole, g.ones([2, 2])),
    /^add: operands have the types i32 and f32; they must agree$/,
  ],
  [
    "shapes that do not broadcast",
    () => g.add(g.ones([2, 3]), g.ones([2, 2])),
    /^add: shapes \[2, 3\] and \[2, 2\] cannot be broadcast together$/,
  ],
  ["negative sizes", () => g.full([-1], 2), /a shape holds whole numbers of at least 0, got \[-1\]$/],
  [
    "a reshape to negative sizes",
    () => g.reshape(x, [-2, -32]),
    /^reshape: \[1, 4, 4, 4\] cannot become \[-2, -32\]$/,
  ],
  ["a reshape with two sizes unknown", () => g.reshape(x, [-1, -1]), /^reshape: /],
  [
    "a reshape that loses numbers",
    () => g.reshape(x, [63]),
    /^reshape: \[1, 4, 4, 4\] cannot become \[63\]$/,
  ],
  ["an expansion to negative sizes", () => g.expand(x, [-2, 4, 4, 4]), /^expand: /],
  ["a new axis of whatever size", () => g.expand(x, [-1, 1, 4, 4, 4]), /^expand: /],
  [
    "an expansion of an axis that is not 1",
    () => g.expand(x, [1, 8, 4, 4]),
    /^expand: \[1, 4, 4, 4\] cannot be stretched to \[1, 8, 4, 4\]$/,
  ],
  [
    "axes named twice",
    () => g.permute(x, [0, 1, 2, 2]),
    /^permute: axes \[0, 1, 2, 2\] do not name each axis/,
  ],
  ["a step of 0", () => g.slice(x, [], [], [0]), /^slice: steps must be whole numbers from 1 on/],
  [
    "negative pads",
    () => g.pad(x, [-1, 0, 0, 0], [0, 0, 0, 0]),
    /^pad: amounts must be whole numbers from 0 on/,
  ],
  ["too few pads", () => g.pad(x, [1], [1]), /^pad: needs 4 amounts in front and behind/],
  [
    "parts that do not add up",
    () => g.split(x, [1, 2], 1),
    /^split: sizes \[1, 2\] do not add up to axis 1 of \[1, 4, 4, 4\]$/,
  ],
  [
    "parts of a negative size",
    () => g.split(x, [5, -1], 1),
    /^split: sizes \[5, -1\] do not add up to axis 1 of \[1, 4, 4, 4\]$/,
  ],
  ["half a shift", () => g.roll(x, 0.5, 1), /^roll: shift must be a whole number, got 0\.5$/],
  [
    "half a position",
    () => g.slice(x, [0, 0.5], [1]),
    /^slice: positions must be whole numbers, got \[0, 0\.5\] to \[1\]$/,
  ],
  ["a concatenation of nothing", () => g.concat([]), /^concat: needs at least one tensor$/],
  [
    "a squeeze of a larger axis",
    () => g.squeeze(x, 1),
    /^squeeze: axis 1 of \[1, 4, 4, 4\] has size 4, not 1$/,
  ],
  ["an exponential of whole numbers", () => g.exp(whole), /^exp: needs floats, got i32$/],
  [
    "a sign of what has none",
    () => g.neg(g.tensor(Uint32Array.of(1))),
    /^neg: needs numbers with a sign, got u32$/,
  ],
  [
    "a choice between two types",
    () => g.where(g.ones([2, 2]), whole, g.ones([2, 2])),
    /^where: operands have the types i32 and f32; they must agree$/,
  ],
  ["a negative u32", () => g.add(g.tensor(Uint32Array.of(1)), -1), /a tensor of type u32 cannot hold -1$/],
  ["too large an i32", () => g.mul(whole, 2 ** 31), /a tensor of type i32 cannot hold 2147483648$/],
  [
    "the largest of nothing",
    () => g.max(g.ones([2, 0]), 1),
    /^max: \[2, 0\] has nothing to compare along axes \[1\]$/,
  ],
  [
    "the place of the smallest of nothing",
    () => g.argmin(g.ones([0, 3]), -2),
    /^argmin: \[0, 3\] has nothing to compare along axis 0$/,
  ],
  ["a place along an axis that is not there", () => g.argmax(x, 4), /^argmax: axis 4 is outside/],
  [
    "pieces that do not fit",
    () => g.maxout(x, 3),
    /^maxout: the last axis of \[1, 4, 4, 4\] cannot be cut into groups of 3$/,
  ],
  [
    "an index of floats",
    () => g.embedding(w, g.ones([2])),
    /^embedding: index must be of type i32 or u32, got f32$/,
  ],
  [
    "an index of another rank",
    () => g.gather(x, whole, 1),
    /^gather: index \[2, 2\] must have the rank of x \[1, 4, 4, 4\], and no axis but 1 longer than x's$/,
  ],
  [
    "an index longer than x",
    () => g.gather(g.ones([1, 9]), whole, 1),
    /^gather: index \[2, 2\] must have the rank of x \[1, 9\]/,
  ],
  [
    "an index of another shape to scatter",
    () => g.scatterAdd(g.ones([2, 1]), whole, 1, 5),
    /^scatterAdd: index \[2, 2\] must have the shape of x \[2, 1\]$/,
  ],
  [
    "half a size to scatter into",
    () => g.scatterAdd(g.ones([2, 2]), whole, 1, 0.5),
    /^scatterAdd: size must be a whole number from 0 on, got 0\.5$/,
  ],
  [
    "an index that is no vector",
    () => g.indexSelect(g.ones([9]), whole, 0),
    /^indexSelect: index must be a vector, got shape \[2, 2\]$/,
  ],
  [
    "a table without rows",
    () => g.embedding(g.tensor(1), whole),
    /^embedding: table must be \[rows, \.\.\.\], got \[\]$/,
  ],
  [
    "a negative number of classes",
    () => g.oneHot(whole, -1),
    /^oneHot: classes must be a whole number from 0 on, got -1$/,
  ],
  ["an axis that is not there", () => g.sum(x, 4), /^sum: axis 4 is outside a tensor of rank 4$/],
  [
    "an axis too short to mirror",
    () => g.pad(x, [0, 4, 0, 0], [0, 0, 0, 0], { mode: "reflect" }),
    /^pad: axis 1 of \[1, 4, 4, 4\] is too short to be padded \(reflect\) by 4 in front and 0 behind$/,
  ],
  [
    "nothing to repeat",
    () => g.pad(g.zeros([0]), [1], [2], { mode: "replicate" }),
    /^pad: axis 0 of \[0\] is too short to be padded \(replicate\) by 1 in front and 2 behind$/,
  ],
  [
    "a border of whole numbers",
    () => g.pad(whole, [1, 0], [0, 0], { mode: "reflect" }),
    /^pad: x must be of type f32 or f16, got i32$/,
  ],
  [
    "a window of no size",
    () => g.maxPool2d(x, { kernel: 0 }),
    /^maxPool2d: kernel must be whole numbers from 1 on, got 0×0$/,
  ],
  [
    "a pooling step of 0",
    () => g.avgPool2d(x, { kernel: 2, stride: [1, 0] }),
    /^avgPool2d: stride must be whole numbers from 1 on, got 1×0$/,
  ],
  [
    "more padding than half of the window",
    () => g.maxPool2d(x, { kernel: [3, 2], padding: [1, 2] }),
    /^maxPool2d: padding 1×2 is more than half of the kernel 3×2$/,
  ],
  [
    "a window larger than the image",
    () => g.avgPool2d(x, { kernel: [2, 7], padding: 1 }),
    /^avgPool2d: a window of 2×7 does not fit into 4×4 with padding 1×1$/,
  ],
  [
    "pooling without pixels",
    () => g.maxPool2d(g.zeros([1, 0, 4, 1]), { kernel: 2, padding: 1 }),
    /^maxPool2d: a window of 2×2 does not fit into 0×4/,
  ],
  [
    "pooling of a vector",
    () => g.maxPool2d(g.ones([4]), { kernel: 2 }),
    /^maxPool2d: x should be \[n, h, w, c\], got \[4\]$/,
  ],
  [
    "pooling of whole numbers",
    () => g.maxPool2d(g.tensor(new Int32Array(4), [1, 2, 2, 1]), { kernel: 2 }),
    /^maxPool2d: x must be of type f32 or f16, got i32$/,
  ],
  [
    "a sequence that is an image",
    () => g.maxPool1d(x, { kernel: 2 }),
    /^maxPool1d: x should be \[n, w, c\], got \[1, 4, 4, 4\]$/,
  ],
  [
    "a pooled size of 0",
    () => g.adaptiveAvgPool2d(x, [0, 1]),
    /^adaptiveAvgPool2d: size must be whole numbers from 1 on, got 0×1$/,
  ],
  ["a new size of 0", () => g.resize(x, [4, 0]), /^resize: size must be whole numbers from 1 on, got 4×0$/],
  [
    "pixels made of nothing",
    () => g.resize(g.zeros([1, 0, 4, 1]), [2, 2]),
    /^resize: x \[1, 0, 4, 1\] has no pixels to make 2×2 of$/,
  ],
  [
    "a method that is not there",
    () => g.resize(x, [2, 2], { method: "lanczos" as "area" }),
    /^resize: method must be nearest, area, coverage, bilinear, bicubic, got "lanczos"$/,
  ],
  [
    "corners that cannot be aligned",
    () => g.resize(x, [2, 2], { method: "nearest", alignCorners: true }),
    /^resize: nearest cannot align corners$/,
  ],
  [
    "channels that no block can take",
    () => g.pixelShuffle(x, 3),
    /^pixelShuffle: 4 channels cannot be spread over blocks of 3×3/,
  ],
  [
    "a scale of other channels",
    () => g.batchNorm(x, g.ones([1]), g.ones([4])),
    /^batchNorm: gamma should be \[4\] for x \[1, 4, 4, 4\], got \[1\]$/,
  ],
  [
    "the statistics of no images",
    () => g.batchNorm(g.zeros([0, 4, 4, 4]), g.ones([4]), g.ones([4])),
    /^batchNorm: x \[0, 4, 4, 4\] has no values to take statistics of$/,
  ],
  [
    "the statistics of no pixels",
    () => g.instanceNorm(g.zeros([1, 0, 4, 4]), g.ones([4]), g.ones([4])),
    /^instanceNorm: x \[1, 0, 4, 4\] has no values to take statistics of$/,
  ],
  [
    "the statistics of no channels",
    () => g.layerNorm(g.zeros([2, 0]), g.ones([0]), g.ones([0])),
    /^layerNorm: x \[2, 0\] has no values to take statistics of$/,
  ],
  [
    "instances without an inside",
    () => g.instanceNorm(g.ones([2, 3]), g.ones([3]), g.ones([3])),
    /^instanceNorm: x should be \[n, \.\.\., c\], got \[2, 3\]$/,
  ],
  [
    "a shift of other channels",
    () => g.instanceNorm(x, g.ones([4]), g.ones([3])),
    /^instanceNorm: beta should be \[4\] for x \[1, 4, 4, 4\], got \[3\]$/,
  ],
  [
    "a scale of other axes",
    () => g.layerNorm(x, g.ones([3, 4]), g.ones([3, 4])),
    /^layerNorm: gamma should be \[4, 4\] for x \[1, 4, 4, 4\], got \[3, 4\]$/,
  ],
  [
    "a layer norm over nothing",
    () => g.layerNorm(x, g.tensor(1), g.tensor(0)),
    /^layerNorm: gamma should have the axes to normalise over, got \[\]$/,
  ],
  [
    "groups that channels cannot be cut into",
    () => g.groupNorm(x, 3, g.ones([4]), g.ones([4])),
    /^groupNorm: the 4 channels of x \[1, 4, 4, 4\] cannot be cut into 3 groups$/,
  ],
  [
    "no group",
    () => g.groupNorm(x, 0, g.ones([4]), g.ones([4])),
    /^groupNorm: groups must be a whole number/,
  ],
  [
    "a group's scale",
    () => g.groupNorm(x, 2, g.ones([2]), g.ones([4])),
    /^groupNorm: gamma should be \[4\] for x \[1, 4, 4, 4\], got \[2\]$/,
  ],
  [
    "a target of another shape",
    () => g.mse(x, w),
    /^mse: prediction \[1, 4, 4, 4\] and target \[3, 3, 4, 2\] differ$/,
  ],
  [
    "ragged arrays",
    () => g.tensor([[1], [1, 2]]),
    /^tensor: nested arrays must have equal lengths along each axis$/,
  ],
  ["too many numbers", () => g.tensor([1, 2, 3], [2]), /^tensor: shape \[2\] holds 2 numbers, got 3$/],
  [
    "a parameter without its numbers",
    () => new g.Parameter("p", [2], new Float32Array(3)),
    /^parameter p: shape \[2\] holds 2 numbers, got 3$/,
  ],
];

const OUTSIDE: readonly [string, () => unknown, RegExp][] = [
  [
    "embedding",
    () => g.embedding(g.ones([4, 2]), whole),
    /^embedding: index 4 \(element 3\) is outside 0 to 3$/,
  ],
  ["gather", () => g.gather(g.ones([2, 3]), whole, 1), /^gather: index 3 \(element 2\) is outside 0 to 2$/],
  [
    "scatterAdd",
    () => g.scatterAdd(g.ones([2, 2]), whole, 1, 1),
    /^scatterAdd: index 1 \(element 0\) is outside 0 to 0$/,
  ],
  [
    "indexSelect, by an index in another shape",
    () => g.indexSelect(g.ones([3]), g.reshape(whole, [4])),
    /^indexSelect: index 3 \(element 2\) is outside 0 to 2$/,
  ],
  [
    "indexSelect of nothing",
    () => g.indexSelect(g.ones([0, 3]), g.tensor(Int32Array.of(0))),
    /^indexSelect: index 0 \(element 0\) is outside an empty axis$/,
  ],
  [
    "indexSelect from the end",
    () => g.indexSelect(g.ones([3]), g.tensor(Int32Array.of(0, -1))),
    /^indexSelect: index -1 \(element 1\) is outside 0 to 2$/,
  ],
  ["oneHot", () => g.oneHot(whole, 4), /^oneHot: index 4 \(element 3\) is outside -1 to 3$/],
];

describe("known indices outside the axis are refused", () => {
  test.each(OUTSIDE)("%s", (_, record, message) => {
    expect(record).toThrow(GanvasError);
    expect(record).toThrow(message);
  });
});

describe("ops refuse", () => {
  test.each(CASES)("%s", (_, record, message) => {
    expect(record).toThrow(ShapeError);
    expect(record).toThrow(message);
  });
  test("a pad of a mode that is not there", () => {
    expect(() => g.pad(x, [0, 0, 0, 0], [0, 0, 0, 0], { mode: "wrap" as "reflect" })).toThrow(
      'pad: mode must be one of constant, reflect, replicate, circular, got "wrap"',
    );
  });
  test("item of more than one number", async () => {
    await expect(x.item()).rejects.toThrow("item: needs a tensor of one element, got shape [1, 4, 4, 4]");
  });
});

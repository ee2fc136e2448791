/** Calls that go wrong, and what is said to whoever made them: in their words, never a TypeError from inside. */
import { describe, expect, test } from "vitest";
import { GanvasError } from "../../engine/errors.ts";
import * as g from "../../engine/index.ts";

const x = g.ones([1, 4, 4, 4]);
const w = g.ones([3, 3, 4, 2]);
const init = new g.Initializer(1);
const net = new g.Linear(2, 3, init);
const parameter = () => new g.Parameter("p", [2], [1, 2]);
const rng = new g.Rng(1);
/** Whatever it is, TypeScript is to let it pass. */
const any = (value: unknown) => value as never;

const CASES: readonly [string, () => unknown, RegExp][] = [
  [
    "a slope that is infinite",
    () => g.leakyRelu(x, Infinity),
    /^leakyRelu: slope must be a finite number, got Infinity$/,
  ],
  ["a slope beyond f32", () => x.leakyRelu(-1e39), /^leakyRelu: slope must be a finite number, got -1e\+39$/],
  ["an alpha that is none", () => g.elu(x, Number.NaN), /^elu: alpha must be a finite number, got NaN$/],
  ["a limit that is none", () => x.clamp(Number.NaN, 1), /^clamp: min must be a number, got NaN$/],
  ["a limit that is a word", () => x.clamp(0, "1" as never), /^clamp: max must be a number, got "1"$/],
  [
    "a limit under another name",
    () => x.clamp({ low: 0 } as never),
    /^clamp: there is no option "low"; it takes min, max$/,
  ],
  // Options that nobody knows.
  [
    "an option with a slip",
    () => g.conv2d(x, w, any({ pading: 1 })),
    /^conv2d: there is no option "pading"; did you mean padding\? It takes stride, padding, dilation, groups$/,
  ],
  [
    "a layer's",
    () => new g.Conv2d(4, 8, 3, init, any({ strides: 2 })),
    /^Conv2d: there is no option "strides"; did you mean stride\?/,
  ],
  [
    "an optimiser's",
    () => new g.Adam([parameter()], any({ beta1: 0.5 })),
    /^adam: there is no option "beta1"; did you mean betas\?/,
  ],
  [
    "a group's",
    () => new g.SGD([{ parameters: [parameter()], weight_decay: 1 } as never]),
    /^sgd group: there is no option "weight_decay"; did you mean weightDecay\?/,
  ],
  [
    "a step's",
    () => new g.Adam([parameter()]).step([g.ones([2])], any({ maxnorm: 1 })),
    /^adam step: there is no option "maxnorm"; did you mean maxNorm\?/,
  ],
  [
    "one that is like none",
    () => g.resize(x, [2, 2], any({ size: 3 })),
    /^resize: there is no option "size"; it takes method, alignCorners$/,
  ],
  [
    "PyTorch's keepdim",
    () => x.sum(0, any({ keepdim: true })),
    /^sum: there is no option "keepdim"; did you mean keepDims\?/,
  ],
  [
    "of a maximum",
    () => g.max(x, 0, any({ keepdims: true })),
    /^max: there is no option "keepdims"; did you mean keepDims\?/,
  ],
  ["of a mean", () => x.mean(0, any({ dim: 1 })), /^sum: there is no option "dim"/],
  [
    "of a loss",
    () => g.mse(x, 0, any({ size_average: true })),
    /^mse: there is no option "size_average"; it takes reduction$/,
  ],
  [
    "of a pool",
    () => g.maxPool2d(x, any({ kernelSize: 2 })),
    /^maxPool2d: there is no option "kernelSize"; did you mean kernel\?/,
  ],
  [
    "of batch norm",
    () => new g.BatchNorm(4, any({ affine_: false })),
    /^BatchNorm: there is no option "affine_"; did you mean affine\? It takes eps, momentum, scale, affine$/,
  ],
  [
    "of the loss scaling",
    () => new g.GradScaler(any({ init_scale: 1 })),
    /^GradScaler: there is no option "init_scale"; did you mean initialScale\?/,
  ],
  [
    "a number for options",
    () => g.conv2d(x, w, any(2)),
    /^conv2d: options are an object with stride, padding, dilation, groups, got 2$/,
  ],
  [
    "null for options",
    () => new g.Linear(2, 3, init, any(null)),
    /^Linear: options are an object with bias, weightInit, biasInit, got null$/,
  ],
  [
    "a word that is none of its own",
    () => g.mse(x, 0, any({ reduction: "avg" })),
    /^mse: reduction must be one of mean, sum, none, got "avg"$/,
  ],
  [
    "a border of another kind",
    () => new g.Conv2d(4, 8, 3, init, any({ paddingMode: "mirror" })),
    /^Conv2d: paddingMode must be one of zeros, reflect, replicate, circular, got "mirror"$/,
  ],
  [
    "an approximation of another kind",
    () => g.gelu(x, any({ approximate: true })),
    /^gelu: approximate must be one of none, tanh, got true$/,
  ],
  [
    "weights drawn in another way",
    () => new g.Linear(2, 3, init, any({ weightInit: "xavier" })),
    /^weightInit must be "kaiming", "torch", \{ std \} or \{ bound \}, got "xavier"$/,
  ],
  // Other things than tensors.
  ["no tensor", () => g.conv2d(any(undefined), w), /^conv2d: x should be a tensor, got undefined$/],
  [
    "an array for a tensor",
    () => g.matmul(x, any([[1]])),
    /^matmul: b should be a tensor, got an array of 1$/,
  ],
  ["a word to add", () => x.add(any("1")), /^add: operand 2 should be a tensor or a number, got "1"$/],
  [
    "null to compare with",
    () => g.eq(x, any(null)),
    /^eq: operand 2 should be a tensor or a number, got null$/,
  ],
  [
    "a promise to activate",
    () => g.relu(any(Promise.resolve(1))),
    /^relu: operand 1 should be a tensor or a number, got a Promise$/,
  ],
  [
    "a function to reshape",
    () => g.reshape(any(Math.sin), [1]),
    /^reshape: x should be a tensor, got the function sin$/,
  ],
  ["a Map for a sum", () => g.sum(any(new Map())), /^sum: x should be a tensor, got a Map$/],
  ["a number for a mean", () => g.mean(any(3)), /^mean: x should be a tensor, got 3$/],
  [
    "an array for targets",
    () => g.crossEntropy(g.ones([1, 2]), any([1])),
    /^crossEntropy: target should be a tensor, got \[1\]$/,
  ],
  ["one tensor to concatenate", () => g.concat(any(x)), /^concat: needs an array of tensors, got a Tensor$/],
  ["numbers to stack", () => g.stack(any([1, 2])), /^stack: tensor 0 should be a tensor, got 1$/],
  [
    "a network for an input",
    () => g.grad(x.sum(), any(net)),
    /^grad: xs should be an array of tensors, got a Linear$/,
  ],
  [
    "a Map of inputs",
    () => g.grad(x.sum(), any(net.parameters())),
    /^grad: xs should be an array of tensors, got a Map$/,
  ],
  [
    "a network for a discriminator",
    () => g.r1Penalty(any(net), x),
    /^r1Penalty: the discriminator should be a function.*, got a Linear$/,
  ],
  // Shapes, axes, types.
  [
    "sizes one by one",
    () => g.reshape(x, any(8)),
    /^reshape: shape should be an array such as \[2, 3\], got 8$/,
  ],
  [
    "sizes one by one, of zeros",
    () => g.zeros(any(2)),
    /^zeros: shape should be an array such as \[2, 3\], got 2$/,
  ],
  [
    "axes of a function one by one",
    () => g.permute(x, any(0)),
    /^permute: axes should be an array such as \[2, 3\], got 0$/,
  ],
  ["too few axes one by one", () => x.permute(0), /^permute: axes \[0\] do not name each axis of/],
  ["sizes and an array of sizes", () => x.reshape(any(2), any([4])), /^reshape: /],
  [
    "no sizes",
    () => (x.view as () => unknown)(),
    /^reshape: shape should be an array such as \[2, 3\], got undefined$/,
  ],
  ["T of what is no matrix", () => g.ones([2, 3, 4]).T, /^T: needs a matrix, got shape \[2, 3, 4\]/],
  ["an axis in words", () => x.sum(any("0")), /^sum: axes should be an array such as \[2, 3\], got "0"$/],
  [
    "options for an axis",
    () => x.mean(any({ keepDims: true })),
    /^sum: axes should be an array such as \[2, 3\], got \{keepDims\}$/,
  ],
  [
    "a stride in words",
    () => g.conv2d(x, w, any({ stride: "2" })),
    /^conv2d: stride must be whole numbers from 1 on, got "2"$/,
  ],
  [
    "a type of another library",
    () => g.tensor([1], [1], any("float32")),
    /^tensor: the type must be one of f32, f16, i32, u32, got "float32"$/,
  ],
  [
    "to cast to such a one",
    () => x.cast(any("int")),
    /^cast: the type must be one of f32, f16, i32, u32, got "int"$/,
  ],
  [
    "a tensor of words",
    () => g.tensor(any(["a"])),
    /^tensor: data are numbers, nested arrays of numbers or a typed array, got "a"$/,
  ],
  ["a tensor of nothing", () => g.tensor(any(null)), /^tensor: data are numbers.*, got null$/],
  ["a tensor of truths", () => g.tensor(any([true])), /^tensor: data are numbers.*, got true$/],
  [
    "a tensor of 64-bit numbers",
    () => g.tensor(any(BigInt64Array.of(1n))),
    /^tensor: data are numbers.*, got a BigInt64Array$/,
  ],
  [
    "a parameter of a number",
    () => new g.Parameter("p", [1], any(3)),
    /^parameter p: its value is an array of numbers, got 3$/,
  ],
  [
    "numbers at random from nowhere",
    () => g.randn([2], any({ seed: 1 })),
    /^randn: rng should be an Rng, such as new Rng\(seed\), got \{seed\}$/,
  ],
  [
    "a seed for an Rng",
    () => x.dropout(0.5, any(3)),
    /^dropout: rng should be an Rng, such as new Rng\(seed\), got 3$/,
  ],
  // Layers and optimisers.
  [
    "a seed for an initialiser",
    () => new g.Conv2d(4, 8, 3, any(1)),
    /^Conv2d: init should be an Initializer, or options for one of its own, got 1$/,
  ],
  [
    "a seed in words",
    () => new g.Initializer(any("1")),
    /^random: the seed must be an integer from 0 to 2\^53 - 1, got "1"$/,
  ],
  [
    "groups that leave parts of channels",
    () => new g.Conv2d(6, 4, 1, init, { groups: 4 }),
    /^Conv2d: 6 channels to 4 cannot be cut into 4 groups$/,
  ],
  [
    "made channels that leave parts",
    () => new g.ConvTranspose2d(4, 6, 1, init, { groups: 4 }),
    /^ConvTranspose2d: 4 channels to 6 cannot be cut into 4 groups$/,
  ],
  [
    "half a channel",
    () => new g.Conv2d(2.5, 4, 1, init),
    /^Conv2d: inChannels must be a whole number from 1 on, got 2\.5$/,
  ],
  [
    "channels in words",
    () => new g.BatchNorm(any("64")),
    /^BatchNorm: channels must be a whole number from 1 on, got "64"$/,
  ],
  [
    "a share beyond 1",
    () => new g.SpatialDropout(2, rng),
    /^SpatialDropout: p must be a probability, got 2$/,
  ],
  [
    "batch norm of other channels",
    () => new g.BatchNorm(8).forward(x),
    /^BatchNorm: x \[1, 4, 4, 4\] has 4 channels, the layer 8$/,
  ],
  [
    "a network to optimise",
    () => new g.Adam(any(net)),
    /^adam: needs the parameters of a network, net\.parameters\(\), or an array of some, got a Linear$/,
  ],
  [
    "parameters not asked for",
    () => new g.SGD(any(net.parameters)),
    /^sgd: needs the parameters of a network.*, got the function parameters$/,
  ],
  [
    "a tensor to optimise",
    () => new g.Adam(any([x])),
    /^adam: parameter 0 should be a Parameter, got a Tensor$/,
  ],
  [
    "a step without gradients",
    () => new g.Adam([parameter()]).step(any(undefined)),
    /^step: needs the gradients, grad\(loss, optimizer\.parameters\), got undefined$/,
  ],
  [
    "a step by the loss",
    () => new g.Adam([parameter()]).step(any(x)),
    /^step: needs the gradients.*, got a Tensor$/,
  ],
  [
    "a learning rate in words",
    () => new g.Adam([parameter()], any({ lr: "0.1" })),
    /^adam: lr must be a number of at least 0, got "0\.1"$/,
  ],
  [
    "averages of a network",
    () => new g.EMA(any(net)),
    /^EMA: needs the optimiser whose parameters it averages, got a Linear$/,
  ],
  [
    "weights of no Map",
    () => net.loadStateDict(any({})),
    /^loadStateDict: the state should be a Map of tensors by name, got \{\}$/,
  ],
  [
    "a dropout without a share",
    () => new g.Dropout(any(undefined), rng),
    /^Dropout: p must be a probability, got undefined$/,
  ],
  [
    "a loss of another kind",
    () => g.ganLoss(any("vanilla")),
    /^ganLoss: kind must be one of .*, got "vanilla"$/,
  ],
];

describe("refused", () => {
  test.each(CASES)("%s", (_, call, message) => {
    expect(call).toThrow(GanvasError);
    expect(call).toThrow(message);
  });
});

/** Lesson: what a convolution computes, and that both of its gradients are convolutions. */
import { expectThat, farthest, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const convolution: Lesson = {
  name: "convolution",
  title: "Convolution and its two gradients",
  lead: "After this lesson you know what every layer of an image network computes, and how it learns from its mistakes.",
  blocks: [
    {
      text: "A **convolution** slides a small window of weights, the **kernel**, over a picture. At each place it multiplies what it sees with its weights, and adds up. One kernel looks for one thing, everywhere.",
    },
    {
      formula: [
        "mrow",
        ["msub", "y", "i j"],
        "=",
        ["munder", "∑", "a , b"],
        ["msub", "w", "a b"],
        "·",
        ["msub", "x", ["mrow", "i + a , j + b"]],
      ],
      means:
        "The output y at row i and column j is the sum over the window of weights w times the pixels x below them.",
    },
    {
      text: "Pictures here are tensors [n, height, width, channels]; a kernel is [height, width, channels in, channels out]. This one subtracts the right neighbour from the left one: it answers where brightness changes from left to right.",
    },
    {
      cell: "edges",
      code: `import { conv2d, grad, tensor, type Tensor } from "ganvas";

// A bright square on a dark ground, [1, 10, 10, 1].
const bright = (k: number) => k >= 3 && k < 7;
const pixels = Array.from({ length: 100 }, (_, k) =>
  bright(Math.floor(k / 10)) && bright(k % 10) ? 1 : 0,
);
const picture = tensor(pixels, [1, 10, 10, 1]);

const kernel = tensor([-1, 0, 1, -2, 0, 2, -1, 0, 1], [3, 3, 1, 1]);
const edges = conv2d(picture, kernel);

show("picture", picture);
show("kernel", kernel.reshape([3, 3]), "signed");
show("edges", edges, "signed");`,
    },
    {
      look: "Orange: brighter to the right. Blue: darker. Inside the square, and above it, nothing changes, and the answer is zero. The output is 8 × 8: a window of 3 fits into 10 pixels at 8 places.",
      at: { cell: "edges", output: "edges" },
    },
    {
      text: "The same by hand, at one place. Change row and column, and compare.",
    },
    {
      cell: "by-hand",
      code: `const [row, column] = [2, 1];
const weights = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
let sum = 0;
for (let a = 0; a < 3; a++)
  for (let b = 0; b < 3; b++)
    sum += weights[3 * a + b] * pixels[10 * (row + a) + column + b];

const theirs = await edges.data();
show("by hand", sum);
show("by the engine", theirs[8 * row + column]);`,
    },
    {
      exercise: "size",
      ask: "**Padding** adds a border of zeros; with a **stride** of 2 the window moves two pixels at a time. A picture of 28 × 28 pixels goes through a kernel of 5 × 5 with padding 2 and stride 2. How many pixels high is the output?",
      start: "const answer = 28;",
      right: "const answer = 14;",
      wrong: ["const answer = 24;", /without padding and stride/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const x = ganvas.zeros([1, 28, 28, 1]);
        const w = ganvas.zeros([5, 5, 1, 1]);
        const plain = ganvas.conv2d(x, w).shape[1];
        const wanted = ganvas.conv2d(x, w, { padding: 2, stride: 2 }).shape[1];
        expectThat(given !== plain, `${given} is right without padding and stride.`);
        expectThat(
          given === wanted,
          `It is not ${given}. Count the places of the window's left edge in 28 + 4 pixels.`,
        );
      },
      because:
        "28 + 2·2 − 5 = 27 steps of one pixel fit, and so 13 steps of two, from the first place on: 14 places.",
    },
    { heading: "The gradient of the kernel" },
    {
      text: "To learn a kernel, we need to know how each weight changes the loss. A weight touches many pixels: wherever the window stood, it was multiplied with the pixel below it. So its gradient is a sum over all places, of the output's gradient times that pixel. That is again a window sliding over the picture; only now the window is the output's gradient.",
    },
    {
      formula: [
        "mrow",
        ["mfrac", "d L", ["mrow", "d", ["msub", "w", "a b"]]],
        "=",
        ["munder", "∑", "i , j"],
        ["mfrac", "d L", ["mrow", "d", ["msub", "y", "i j"]]],
        "·",
        ["msub", "x", ["mrow", "i + a , j + b"]],
      ],
      means: "The gradient of a weight: the convolution of the picture with the gradient of the output.",
    },
    {
      cell: "weight-gradient",
      code: `const wanted = tensor(new Float32Array(64).fill(1), [1, 8, 8, 1]);
const loss = edges.sub(wanted).square().mean();
const [dKernel, dPicture, dEdges] = grad(loss, [kernel, picture, edges]);

// The output's gradient as a kernel of 8 × 8 over the picture: again 3 × 3.
const byConvolution = conv2d(picture, dEdges.reshape([8, 8, 1, 1]));

show("gradient of the kernel", dKernel.reshape([3, 3]));
show("as a convolution", byConvolution.reshape([3, 3]));`,
    },
    {
      look: "Both ways give the same nine numbers.",
      at: { cell: "weight-gradient", output: "as a convolution" },
    },
    { heading: "The gradient of the picture" },
    {
      text: "A layer must also tell the layer before it what it should have said: the gradient of its input. Each pixel was seen by up to nine windows, so it collects from nine places. That is the **transposed convolution**: it spreads every number of the small map over a 3 × 3 patch of the large one and adds the patches up. Generators use the same operation to make pictures larger.",
    },
    {
      cell: "input-gradient",
      code: `import { convTranspose2d } from "ganvas";

const spread = convTranspose2d(dEdges, kernel);

show("gradient of the picture", dPicture, "signed");
show("transposed convolution", spread, "signed");
show("largest difference", dPicture.sub(spread).abs().max());`,
    },
    {
      look: "The difference is zero, or a few units of the last digit: the two are one operation.",
      at: { cell: "input-gradient", output: "largest difference" },
    },
    { heading: "Learning a kernel" },
    {
      text: "Now forget the kernel, and find it again from pictures and answers alone: begin with zeros and go down the slope.",
    },
    {
      cell: "learn",
      code: `import { Adam, Parameter, randn, Rng } from "ganvas";

const pictures = randn([4, 12, 12, 1], new Rng(1));
const answers = conv2d(pictures, kernel); // what the unknown kernel says
const learned = new Parameter("kernel", [3, 3, 1, 1], new Float32Array(9));
const adam = new Adam([learned], { lr: 0.2 });

const losses: number[] = [];
for (let step = 0; step < 60; step++) {
  const error = conv2d(pictures, learned).sub(answers).square().mean();
  adam.minimize(error);
  losses.push(await error.item());
}
plot("loss", { loss: losses });
show("learned", learned.reshape([3, 3]), "signed");`,
    },
    {
      look: "After 60 steps it is nearly the kernel from the top of the page.",
      at: { cell: "learn", output: "learned" },
    },
    {
      exercise: "shift",
      ask: "Write a kernel [3, 3, 1, 1] that moves a picture by one pixel **to the right** and changes nothing else. It is used with padding 1.",
      start: `// Row by row: above, beside, below.
const answer = tensor([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);`,
      right: "const answer = tensor([0, 0, 0, 1, 0, 0, 0, 0, 0], [3, 3, 1, 1]);",
      wrong: ["const answer = tensor([0, 0, 0, 0, 0, 1, 0, 0, 0], [3, 3, 1, 1]);", /to the left/],
      async check({ answer, cells, ganvas }) {
        const kernel = tensorOf(answer, [3, 3, 1, 1], ganvas);
        // The square does not touch the border, where a roll would come in again.
        const picture = tensorOf(cells.picture, [1, 10, 10, 1], ganvas);
        const moved = ganvas.conv2d(picture, kernel, { padding: 1 });
        const isLeft = (await farthest(moved, picture.roll(-1, 2))) < 1e-6;
        expectThat(
          !isLeft,
          "That moves the picture to the left: a pixel takes what its right neighbour was.",
        );
        expectThat(
          (await farthest(moved, picture.roll(1, 2))) < 1e-6,
          "That is not the picture one pixel further to the right. Which neighbour should each pixel become?",
        );
      },
      because: "A picture moves to the right when each pixel becomes what its left neighbour was.",
    },
    {
      exercise: "blur",
      ask: "Write a kernel [3, 3, 1, 1] that averages: each pixel becomes the mean of the nine around it.",
      start: "const answer = tensor(new Float32Array(9).fill(1), [3, 3, 1, 1]);",
      right: "const answer = tensor(new Float32Array(9).fill(1 / 9), [3, 3, 1, 1]);",
      wrong: ["const answer = tensor(new Float32Array(9).fill(1), [3, 3, 1, 1]);", /becomes 9/],
      async check({ answer, ganvas }) {
        const kernel = tensorOf(answer, [3, 3, 1, 1], ganvas);
        const plain = await ganvas.conv2d(ganvas.ones([1, 3, 3, 1]), kernel).item();
        expectThat(
          Math.abs(plain - 1) < 1e-4,
          `A plain picture of ones becomes ${Number(plain.toPrecision(3))}; a mean leaves it as it is.`,
        );
        const x = ganvas.randn([1, 8, 8, 1], new ganvas.Rng(5));
        const mean = ganvas.avgPool2d(x, { kernel: 3, stride: 1 });
        expectThat(
          (await farthest(ganvas.conv2d(x, kernel), mean)) < 1e-4,
          "Plain pictures stay as they are, but the nine pixels do not count alike.",
        );
      },
      because: "A mean is a sum of nine with weights of one ninth: blurring is a convolution, too.",
    },
  ],
};

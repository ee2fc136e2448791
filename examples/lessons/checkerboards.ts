/** Lesson: why generators draw checkerboards, and what helps. */
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const checkerboards: Lesson = {
  name: "checkerboards",
  title: "Checkerboards and pixel shuffle",
  lead: "After this lesson you can tell by two numbers whether a generator will draw checkerboards, and know three ways to make pictures larger.",
  blocks: [
    {
      text: "A generator begins with few pixels and must double their number several times. The usual layer for that is the **transposed convolution**: every pixel of the small map paints a patch, the kernel, onto the large one, and neighbouring patches overlap. Let all pixels and all weights be 1. Then each output says how many patches cover it.",
    },
    {
      cell: "overlap",
      code: `import { convTranspose2d, ones, pixelShuffle, tensor, type Tensor } from "ganvas";

const coverage = (kernel: number, stride: number) =>
  convTranspose2d(ones([1, 6, 6, 1]), ones([kernel, kernel, 1, 1]), { stride });

show("kernel 3, stride 2", coverage(3, 2));
show("kernel 4, stride 2", coverage(4, 2));`,
    },
    {
      look: "With a kernel of 3, some pixels are painted once, some twice, some four times. A network could learn to even that out, but every update pulls it back towards this pattern.",
      at: { cell: "overlap", output: "kernel 3, stride 2" },
    },
    {
      look: "With a kernel of 4 the patches overlap evenly, except at the border. This is why DCGAN and LAPGAN take kernels of 4 at stride 2.",
      at: { cell: "overlap", output: "kernel 4, stride 2" },
    },
    {
      text: "One row is enough to see why. Change `kernel` and `stride`, and look at the middle of the row.",
    },
    {
      cell: "row",
      code: `const kernel = 3;
const stride = 2;
const row = convTranspose2d(ones([1, 1, 8, 1]), ones([1, kernel, 1, 1]), {
  stride: [1, stride],
});
plot("how many patches cover each pixel", { covered: [...(await row.data())] });`,
    },
    {
      exercise: "even",
      ask: "The stride is 3, and the kernel must be larger than 3, so that neighbours overlap at all. What is the smallest kernel that covers all pixels of the middle evenly?",
      start: "const answer = 4;",
      right: "const answer = 6;",
      wrong: ["const answer = 5;", /between 1 and 2/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        expectThat(
          Number.isInteger(given) && given > 3 && given < 30,
          "It should be a whole number above 3.",
        );
        const spread = async (kernel: number) => {
          const row = ganvas.convTranspose2d(ganvas.ones([1, 1, 30, 1]), ganvas.ones([1, kernel, 1, 1]), {
            stride: [1, 3],
          });
          const middle = [...(await row.data())].slice(30, 60);
          return [Math.min(...middle), Math.max(...middle)] as const;
        };
        const [least, most] = await spread(given);
        expectThat(
          least === most,
          `With a kernel of ${given}, pixels are covered between ${least} and ${most} times.`,
        );
        for (let kernel = 4; kernel < given; kernel++) {
          const [low, high] = await spread(kernel);
          expectThat(low !== high, `${given} is even, but there is a smaller one.`);
        }
      },
      because:
        "The kernel must be a multiple of the stride. Then each pixel is covered by kernel ÷ stride patches along each axis.",
    },
    { heading: "Pixel shuffle" },
    {
      text: "Another way: stay at the small size, compute four numbers for every pixel with an ordinary convolution, and lay the four out as a block of 2 × 2. Nothing overlaps. This is the **sub-pixel convolution** of SRGAN; laying out is called pixel shuffle.",
    },
    {
      formula: [
        "mrow",
        ["msub", "y", ["mrow", "r i + a , r j + b"]],
        "=",
        ["msub", "x", ["mrow", "i , j , r a + b"]],
      ],
      means: "Channel r·a + b of a pixel goes to row a and column b of its block of r × r pixels.",
    },
    {
      cell: "shuffle",
      code: `// Two pixels with four channels each become 2 × 4 pixels.
const few = tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 4]);
const many = pixelShuffle(few, 2);

show("channels of each pixel", few.reshape([2, 4]));
show("as pixels", many.reshape([2, 4]));`,
    },
    {
      look: "1 2 3 4 were the channels of the left pixel: now they are its block.",
      at: { cell: "shuffle", output: "as pixels" },
    },
    {
      exercise: "by-hand",
      ask: "Write the pixel shuffle by 2 yourself for x of [1, h, w, 4], with `reshape` and `permute` alone. Hint: the four channels are two axes, [1, h, w, 2, 2].",
      start: `const answer = (x: Tensor) => {
  const [, h, w] = x.shape;
  const blocks = x.reshape([1, h, w, 2, 2]); // [1, h, w, a, b]
  return blocks.reshape([1, 2 * h, 2 * w, 1]);
};`,
      right: `const answer = (x: Tensor) => {
  const [, h, w] = x.shape;
  const blocks = x.reshape([1, h, w, 2, 2]); // [1, h, w, a, b]
  return blocks.permute([0, 1, 3, 2, 4]).reshape([1, 2 * h, 2 * w, 1]);
};`,
      wrong: [
        "const answer = (x) => x.reshape([1, 2 * x.shape[1], 2 * x.shape[2], 1]);",
        /right shape, but the pixels/,
      ],
      async check({ answer, ganvas }) {
        const x = ganvas.tensor(
          Float32Array.from({ length: 24 }, (_, k) => k),
          [1, 2, 3, 4],
        );
        const made = tensorOf(await functionOf(answer)(x), [1, 4, 6, 1], ganvas);
        expectThat(
          (await farthest(made, ganvas.pixelShuffle(x, 2))) === 0,
          "It has the right shape, but the pixels stand in the wrong order: a row of the result holds row a of all blocks, so axis a must come before w.",
        );
      },
      because:
        "A row of the result is (i, a), a column (j, b): the axes must stand in the order i, a, j, b before they are joined.",
    },
    { heading: "It can still draw a checkerboard" },
    {
      text: "The four channels come from four different kernels. At the beginning these are random numbers, so that the four pixels of each block differ by chance, in every block alike: a checkerboard again. The cure is to begin with the **same** kernel four times: then the layer begins as a plain enlargement, and learns to differ from there.",
    },
    {
      cell: "begin",
      code: `import { concat, conv2d, randn, Rng } from "ganvas";

const wave = (row: number, column: number) => Math.sin(column / 2) + Math.cos(row / 2);
const values = Array.from({ length: 64 }, (_, k) => wave(Math.floor(k / 8), k % 8));
const smooth = tensor(values, [1, 8, 8, 1]);
const enlarge = (w: Tensor) => pixelShuffle(conv2d(smooth, w, { padding: 1 }), 2);

const four = randn([3, 3, 1, 4], new Rng(3)).mul(0.3);
const one = randn([3, 3, 1, 1], new Rng(3)).mul(0.3);
const same = concat([one, one, one, one], 3);

// How much pixels of a block differ from their block's mean.
const unrest = (y: Tensor) => {
  const blocks = y.reshape([8, 2, 8, 2]);
  return blocks.sub(blocks.mean([1, 3], { keepDims: true })).square().mean().sqrt();
};
show("four kernels", enlarge(four));
show("one kernel four times", enlarge(same));
show("unrest of four kernels", unrest(enlarge(four)));
show("unrest of one kernel four times", unrest(enlarge(same)));`,
    },
    {
      look: "With one kernel four times, no pixel differs from its block.",
      at: { cell: "begin", output: "unrest of one kernel four times" },
    },
    {
      text: "The third way is to enlarge first, by repeating or interpolating pixels, and then to convolve at the large size: no checkerboards, but four times the work. See Odena, Dumoulin and Olah, *Deconvolution and Checkerboard Artifacts* (2016), and Aitken and others, *Checkerboard artifact free sub-pixel convolution* (2017).",
    },
    {
      exercise: "calm",
      ask: "Make weights [3, 3, 1, 4] for `enlarge` that double the picture by **repeating each pixel**: no unrest, and nothing else changes.",
      start: `const answer = randn([3, 3, 1, 4], new Rng(1));`,
      right: `const middle = tensor([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);
const answer = concat([middle, middle, middle, middle], 3);`,
      wrong: ["const answer = ones([3, 3, 1, 4]);", /calm, but/],
      async check({ answer, ganvas }) {
        const w = tensorOf(answer, [3, 3, 1, 4], ganvas);
        const x = ganvas.randn([1, 5, 5, 1], new ganvas.Rng(2));
        const made = ganvas.pixelShuffle(ganvas.conv2d(x, w, { padding: 1 }), 2);
        const blocks = made.reshape([5, 2, 5, 2]);
        const unrest = await farthest(blocks, blocks.mean([1, 3], { keepDims: true }).expand(blocks.shape));
        expectThat(unrest < 1e-5, "The four pixels of a block differ: all four kernels must be the same.");
        expectThat(
          (await farthest(made, ganvas.resize(x, [10, 10], { method: "nearest" }))) < 1e-5,
          "It is calm, but it is not the picture with each pixel repeated. Which kernel leaves a picture as it is?",
        );
      },
      because:
        "A kernel with a single 1 in its middle copies the picture; four of them repeat each pixel four times.",
    },
  ],
};

/** Lesson: one convolution, from loops to a tiled kernel, each version run and timed. */
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const kernels: Lesson = {
  name: "kernels",
  title: "One convolution, from loop to tiled kernel",
  lead: "After this lesson you know why the same arithmetic can take seconds or a millisecond, and what a GPU wants.",
  varies: ["loop", "shifts", "matrix", "engine", "tune"],
  blocks: [
    {
      text: "All of a GAN's time goes into convolutions. This lesson computes one of them in four ways, all with the same result: 16 channels in, 32 out, 3 × 3, over 32 × 32 pixels. Count first how much work it is.",
    },
    {
      formula: ["mrow", "flops = 2 · h · w ·", ["msub", "k", "h"], "·", ["msub", "k", "w"], "· i · o"],
      means:
        "For each of h·w output pixels and o output channels: a multiplication and an addition for each weight, of which there are kₕ·k_w·i.",
    },
    {
      cell: "work",
      code: `import { conv2d, idle, randn, Rng, tensor, type Tensor } from "ganvas";

const [h, w, i, o] = [32, 32, 16, 32];
const x = randn([1, h, w, i], new Rng(1)).keep();
const weights3x3 = randn([3, 3, i, o], new Rng(2)).keep();
const pixels = await x.data();
const kernel = await weights3x3.data();

const flops = 2 * h * w * 3 * 3 * i * o;
show("million flops", flops / 1e6);

// Runs something a few times and tells the shortest time in milliseconds.
async function time(work: () => unknown, runs = 5) {
  let best = Infinity;
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    await work();
    // The first run compiles.
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  return best;
}
const report = (name: string, ms: number) => {
  const pace = (flops / ms / 1e6).toFixed(2);
  return show(name, \`\${ms.toFixed(2)} ms, \${pace} billion flops a second\`);
};`,
    },
    {
      exercise: "flops",
      ask: "How many million flops would it be with 5 × 5 weights in place of 3 × 3? (Three digits are enough.)",
      start: "const answer = 0;",
      right: "const answer = 26.2;",
      wrong: ["const answer = 15.7;", /25 weights in place of 9/],
      async check({ answer, cells, ganvas }) {
        const given = await numberOf(answer, ganvas);
        // With inputs and weights of 1, an output counts the products that it was made of.
        const { h, w, i, o } = cells as unknown as Record<"h" | "w" | "i" | "o", number>;
        const products = ganvas.conv2d(ganvas.ones([1, h + 4, w + 4, i]), ganvas.ones([5, 5, i, o])).sum();
        const million = (2 * (await products.item())) / 1e6;
        expectThat(
          Math.abs(given - million) < 0.1,
          `It is not ${given} million: there are 25 weights in place of 9 for each pair of channels.`,
        );
      },
      because: "9.44 · 25 / 9 = 26.2 million. A larger kernel is paid for by its area.",
    },
    { heading: "1. Loops" },
    {
      text: "The definition, in plain TypeScript on the processor: six loops around one multiplication. (The times that stand here before you run the cells were taken on two busy processor cores, without a GPU: run them to see yours.)",
    },
    {
      cell: "loop",
      code: `const out = new Float32Array(h * w * o);
function loops() {
  for (let row = 0; row < h; row++)
    for (let column = 0; column < w; column++)
      for (let k = 0; k < o; k++) {
        let sum = 0;
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 3; b++) {
            const [y, z] = [row + a - 1, column + b - 1];
            if (y < 0 || y >= h || z < 0 || z >= w) continue; // padding
            for (let c = 0; c < i; c++)
              sum += pixels[(y * w + z) * i + c] * kernel[((a * 3 + b) * i + c) * o + k];
          }
        out[(row * w + column) * o + k] = sum;
      }
}
report("loops", await time(loops, 2));
const truth = tensor(out, [1, h, w, o]).keep();`,
    },
    { heading: "2. Nine shifted pictures" },
    {
      text: "A GPU is fast when thousands of threads do the same at once. So turn the loops inside out: for each of the nine weights of the window, shift the whole picture and multiply it by one matrix of 16 × 32 channels; then add the nine results.",
    },
    {
      cell: "shifts",
      code: `const padded = x.pad([0, 1, 1, 0], [0, 1, 1, 0]);
function shifts() {
  let sum: Tensor | undefined;
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) {
      const moved = padded.slice([0, a, b, 0], [1, a + h, b + w, i]).reshape([h * w, i]);
      const matrix = weights3x3.slice([a, b, 0, 0], [a + 1, b + 1, i, o]).reshape([i, o]);
      const part = moved.matmul(matrix);
      sum = sum ? sum.add(part) : part;
    }
  return sum!.reshape([1, h, w, o]);
}
report("nine shifts", await time(() => shifts().data()));
show("largest difference from the loops (shifts)", shifts().sub(truth).abs().max());`,
    },
    { heading: "3. One large matrix product" },
    {
      text: "Nine products read and write the sum nine times. Lay the nine shifted pictures side by side instead: every output pixel gets a row with all that its window sees, 9 · 16 numbers. Then one product does it all. This is called **im2col**; it costs nine times the memory of the picture.",
    },
    {
      cell: "matrix",
      code: `import { concat } from "ganvas";

function im2col() {
  const views: Tensor[] = [];
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++)
      views.push(padded.slice([0, a, b, 0], [1, a + h, b + w, i]).reshape([h * w, i]));
  const rows = concat(views, 1); // [h w, 9 i]
  return rows.matmul(weights3x3.reshape([9 * i, o])).reshape([1, h, w, o]);
}
report("im2col", await time(() => im2col().data()));
show("largest difference from the loops (im2col)", im2col().sub(truth).abs().max());`,
    },
    { heading: "4. The tiled kernel" },
    {
      text: "The engine's convolution is that same product, but the large matrix is never written: each thread works out by itself where in the picture its numbers lie (**implicit** im2col). And each thread computes a whole **tile** of outputs, say 4 pixels × 4 channels. It loads 4 + 4 numbers and makes 16 products of them, in place of 2 loads for every product.",
    },
    {
      formula: ["mrow", ["mfrac", "products", "loads"], "=", ["mfrac", "m · n", "m + n"]],
      means:
        "For a tile of m pixels and n channels: the larger the tile, the more is computed for each number that is loaded, until the registers are full.",
    },
    {
      cell: "engine",
      code: `const tiled = () => conv2d(x, weights3x3, { padding: 1 });
report("engine", await time(() => tiled().data()));
show("largest difference from the loops (engine)", tiled().sub(truth).abs().max());`,
    },
    {
      look: "All four give the same numbers but for rounding: sums in another order differ in the last digits.",
      at: { cell: "engine", output: "largest difference from the loops (engine)" },
    },
    {
      text: "Which tile is best depends on the device, so measure. The engine's tuner runs each candidate, checks it against the naive kernel, and times it. (So small a convolution is over before a large GPU has warmed up: much of the times above is the way there and back.)",
    },
    {
      cell: "tune",
      code: `import { forgetTuning, tune } from "ganvas/tuning";

const [found] = await tune(() => tiled().data());
type Tile = (typeof found)["chosen"];
const sizes = ({ form, block, columns }: Tile) => \`\${form} \${block} × \${columns}\`;
for (const { tile, milliseconds } of found.tried)
  if (milliseconds !== undefined) show(sizes(tile), \`\${milliseconds.toFixed(3)} ms\`);
show("chosen", sizes(found.chosen));
show("why", found.why);
forgetTuning();`,
    },
    {
      look: "The chosen one is used from then on; the last line of the cell forgets it, so that nothing else changes.",
      at: { cell: "tune", code: "forgetTuning();" },
    },
    {
      exercise: "reuse",
      ask: "A kernel without tiles computes one output a thread and loads an input for every product. How often is one input number in the middle of the picture loaded in this convolution (3 × 3 weights, 32 output channels)?",
      start: "const answer = 9;",
      right: "const answer = 288;",
      wrong: ["const answer = 9;", /for each of the 32 output channels/],
      async check({ answer, cells, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const { h, w, i, o } = cells as unknown as Record<"h" | "w" | "i" | "o", number>;
        // With weights of 1, the gradient of the sum counts the products that an input goes into.
        const x = ganvas.ones([1, h, w, i]);
        const [uses] = ganvas.grad(ganvas.conv2d(x, ganvas.ones([3, 3, i, o]), { padding: 1 }).sum(), [x]);
        const count = await uses.max().item();
        expectThat(
          given === count,
          `It is not ${given}: nine windows see it, for each of the 32 output channels.`,
        );
      },
      because: "9 · 32 = 288 products use it. A tile of 4 × 4 outputs loads it a quarter as often.",
    },
    {
      exercise: "one-by-one",
      ask: "A 1 × 1 convolution needs no window at all. Write it for x [1, h, w, i] and weights [i, o] as **one** matrix product.",
      start: `const answer = (x: Tensor, matrix: Tensor) => {
  return x;
};`,
      right: `const answer = (x: Tensor, matrix: Tensor) => {
  const [, h, w, i] = x.shape;
  return x.reshape([h * w, i]).matmul(matrix).reshape([1, h, w, matrix.shape[1]]);
};`,
      wrong: ["const answer = (x, matrix) => x;", /\[1,4,5,2\]; it has \[1,4,5,3\]/],
      async check({ answer, ganvas }) {
        const x = ganvas.randn([1, 4, 5, 3], new ganvas.Rng(1));
        const matrix = ganvas.randn([3, 2], new ganvas.Rng(2));
        const made = tensorOf(await functionOf(answer)(x, matrix), [1, 4, 5, 2], ganvas);
        const wanted = ganvas.conv2d(x, matrix.reshape([1, 1, 3, 2]));
        expectThat((await farthest(made, wanted)) < 1e-4, "The engine's convolution gives other numbers.");
      },
      because:
        "Every pixel is a row of channels, multiplied by the same matrix. That is all a 1 × 1 convolution does.",
    },
    {
      go: "The page *Profile* shows the kernels of whole networks with their times and their WGSL.",
      to: "#/profile",
    },
  ],
};

/** Lesson: batch norm, in training and in evaluation. */
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const batchNorm: Lesson = {
  name: "batch-norm",
  title: "Batch norm: train and eval",
  lead: "After this lesson you know why the same generator gives other pictures in training and in evaluation, and why real and generated samples belong into batches of their own.",
  blocks: [
    {
      text: "Deep networks learn badly when the numbers inside them drift: a layer whose inputs are a hundred times too large has gradients a hundred times too large. **Batch norm** brings every channel back to mean 0 and variance 1, and takes both from the batch that it is given.",
    },
    {
      formula: ["mrow", "y = γ", ["mfrac", "x − μ", ["msqrt", ["mrow", ["msup", "σ", "2"], "+ ε"]]], "+ β"],
      means:
        "Mean μ and variance σ² are the batch's, channel by channel. Scale γ and shift β are learned; ε = 0.00001 keeps the root away from 0.",
    },
    {
      cell: "normalise",
      code: `import { BatchNorm, concat, randn, Rng, tensor, type Tensor } from "ganvas";

// 64 samples of two channels, of very different size.
const x = randn([64, 2], new Rng(1)).mul(tensor([10, 0.1])).add(tensor([50, 0]));

const mean = x.mean(0);
const variance = x.variance(0); // the mean square distance from the mean
const byHand = x.sub(mean).div(variance.add(1e-5).sqrt());

const norm = new BatchNorm(2);
const byLayer = norm.forward(x);

show("mean before", mean);
show("variance before", variance);
show("mean after", byLayer.mean(0));
show("variance after", byLayer.variance(0));
show("largest difference from the formula", byHand.sub(byLayer).abs().max());`,
    },
    {
      look: "Both channels now have variance 1 (nearly, because of ε), whatever they had before.",
      at: { cell: "normalise", output: "variance after" },
    },
    {
      exercise: "by-hand",
      ask: "Write batch norm for **pictures** [n, h, w, c], without scale and shift: each channel is normalised over all samples *and* all pixels.",
      start: `const answer = (x: Tensor) => {
  const mean = x.mean(0, { keepDims: true });
  const variance = x.variance(0, { keepDims: true });
  return x.sub(mean).div(variance.add(1e-5).sqrt());
};`,
      right: `const answer = (x: Tensor) => {
  const mean = x.mean([0, 1, 2], { keepDims: true });
  const variance = x.variance([0, 1, 2], { keepDims: true });
  return x.sub(mean).div(variance.add(1e-5).sqrt());
};`,
      wrong: [
        "const answer = (x) => x.sub(x.mean(0)).div(x.variance(0).add(1e-5).sqrt());",
        /each pixel by itself/,
      ],
      async check({ answer, ganvas }) {
        const x = ganvas.randn([4, 3, 3, 2], new ganvas.Rng(7)).mul(3).add(1);
        const made = tensorOf(await functionOf(answer)(x), [4, 3, 3, 2], ganvas);
        const perPixel = x.sub(x.mean(0)).div(x.variance(0).add(1e-5).sqrt());
        expectThat(
          (await farthest(made, perPixel)) > 1e-3,
          "That normalises each pixel by itself: mean and variance should be taken over the axes 0, 1 and 2.",
        );
        expectThat(
          (await farthest(made, new ganvas.BatchNorm(2).forward(x))) < 1e-3,
          "The engine's layer gives other numbers for a batch of 4 pictures.",
        );
      },
      because:
        "A convolution treats all places alike, so its batch norm does, too: one mean and one variance a channel.",
    },
    { heading: "Evaluation" },
    {
      text: "When a trained network is used, there may be no batch, only one sample. So the layer remembers: in training it moves its **running** mean and variance a tenth of the way towards each batch's. In evaluation it uses these, and its answer for a sample no longer depends on anything else.",
    },
    {
      formula: ["mrow", ["msub", "μ", "run"], "← 0.9", ["msub", "μ", "run"], "+ 0.1", ["msub", "μ", "batch"]],
      means: "The running mean begins at 0 and follows the means of the batches slowly.",
    },
    {
      cell: "running",
      code: `const layer = new BatchNorm(1);
const followed: number[] = [];
for (let step = 0; step < 40; step++) {
  const batch = randn([32, 1], new Rng(step)).mul(2).add(5); // mean 5, variance 4
  await layer.forward(batch).data();
  followed.push(await layer.running_mean.item());
}
plot("running mean", { "running mean": followed, "true mean": followed.map(() => 5) });
show("running variance", layer.running_var);`,
    },
    {
      look: "After 40 batches it is nearly there. Of a network that was trained for three steps only, do not trust evaluation mode.",
      at: { cell: "running", output: "running mean" },
    },
    {
      exercise: "three-batches",
      ask: "The running mean begins at 0. Three batches come, and each has the mean 10. Where is it then?",
      start: "const answer = 10;",
      right: "const answer = 2.71;",
      wrong: ["const answer = 3;", /each step goes a tenth of what is left/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const layer = new ganvas.BatchNorm(1);
        for (let k = 0; k < 3; k++) await layer.forward(ganvas.tensor([[9], [11]])).data();
        const wanted = await layer.running_mean.item();
        expectThat(
          Math.abs(given - wanted) < 0.005,
          `It is not ${given}: each step goes a tenth of what is left, first of 10, then of 9.`,
        );
      },
      because: "1, then 1 + 0.9 = 1.9, then 1.9 + 0.81 = 2.71.",
    },
    { heading: "The company you keep" },
    {
      text: "In training, a sample's output depends on the others of its batch. The same picture, in two batches:",
    },
    {
      cell: "company",
      code: `const sample = tensor([[6]]);
const low = concat([sample, randn([15, 1], new Rng(3))], 0); // others around 0
const high = concat([sample, randn([15, 1], new Rng(3)).add(10)], 0); // around 10
const first = (y: Tensor) => y.slice([0, 0], [1, 1]);

layer.train();
show("in training, among low ones", first(layer.forward(low)));
show("in training, among high ones", first(layer.forward(high)));
layer.eval();
show("in evaluation, among low ones", first(layer.forward(low)));
show("in evaluation, among high ones", first(layer.forward(high)));`,
    },
    {
      look: "Once far above the mean, once below it: in training a network sees batches, not samples.",
      at: { cell: "company", output: "in training, among high ones" },
    },
    {
      look: "In evaluation its company makes no difference.",
      at: { cell: "company", output: "in evaluation, among high ones" },
    },
    {
      text: "For a discriminator this matters. Given half real and half generated samples in **one** batch, every sample is measured against the mean of both, and may be told apart by the company alone. Given in two batches, each kind is brought to mean 0 and variance 1 by itself, and a difference of brightness vanishes. DCGAN takes two batches: the generator is then judged by what its pictures show, not by their average.",
    },
    {
      cell: "two-kinds",
      code: `const real = randn([32, 1], new Rng(4)).add(1); // a little brighter
const fake = randn([32, 1], new Rng(5)).sub(1);
const judge = new BatchNorm(1);

const together = judge.forward(concat([real, fake], 0));
const [r, f] = together.split([32, 32]);
show("one batch: means of real and fake", concat([r.mean(0), f.mean(0)], 0));
show(
  "two batches: means of real and fake",
  concat([judge.forward(real).mean(0), judge.forward(fake).mean(0)], 0),
);`,
    },
    {
      look: "In one batch the means tell real from fake; in two batches both are zero.",
      at: { cell: "two-kinds", output: "two batches: means of real and fake" },
    },
    {
      exercise: "gain",
      ask: "A generator's last batch norm is in training mode, with γ = 1 and β = 0. You double all of its inputs. What is the output's standard deviation (the root of the variance) then?",
      start: "const answer = 2;",
      right: "const answer = 1;",
      wrong: ["const answer = 2;", /doubles with them/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const x = ganvas.randn([256, 1], new ganvas.Rng(9)).mul(2);
        const wanted = await new ganvas.BatchNorm(1).forward(x).variance().sqrt().item();
        expectThat(
          Math.abs(given - wanted) < 0.01,
          `It is not ${given}: the batch's own standard deviation doubles with them, and the layer divides by it.`,
        );
      },
      because: "The layer divides by whatever the batch's standard deviation is: its output has 1, times γ.",
    },
  ],
};

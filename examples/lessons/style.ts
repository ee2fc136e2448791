/** Lesson: style is what the condition does not say; a network reads it from a picture. */
import type { Tensor } from "../../engine/index.ts";
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

/** What the cells declare, as checks need it. */
interface Declared {
  readonly draw: (z: Tensor, y: Tensor) => Tensor;
  readonly oneHot: (...classes: number[]) => Tensor;
  readonly readStyle: (pictures: Tensor) => Tensor;
  readonly example: Tensor;
}

export const style: Lesson = {
  name: "style",
  title: "Style",
  lead: "After this lesson you can take the style of one picture and draw something else in it.",
  blocks: [
    {
      text: "A conditional generator draws G(z, t): what the picture shows comes from the condition t, and all the rest from the noise z: slant, weight, background, pose. That rest is the **style**. If we knew which z belongs to a given picture, we could keep it and change t. But the generator goes only one way, from noise to picture.",
    },
    {
      text: "So train another network to go back: the **style encoder** S sees a picture that the generator has drawn, and guesses the noise it was drawn from. Its training data are free, for we draw them ourselves.",
    },
    {
      formula: [
        "mrow",
        ["msub", "L", "style"],
        "=",
        ["msub", "E", ["mrow", "z , t"]],
        ["msup", ["mrow", "‖ z − S ( G ( z , t ) ) ‖"], "2"],
      ],
      means:
        "The squared distance of the noise z and what S reads from the picture made of it (Reed and others, 2016, section 4.4).",
    },
    {
      cell: "digits",
      code: `import { Adam, Initializer, leakyRelu, Linear, randn, Rng, Sequential, tensor } from "ganvas";
import type { Tensor } from "ganvas";
import { parseCgan } from "ganvas/models/cgan/files";

const { draw, form } = parseCgan(await weights("cgan.safetensors"), "cgan");
const oneHot = (...classes: number[]) =>
  tensor(classes.map((wanted) => form.classes.map((_, k) => (k === wanted ? 1 : 0))));
const noise = (n: number, seed: number) =>
  randn([n, form.latentDim], new Rng(seed)).mul(0.7);

// A few hundred drawings, and the noise that they were drawn from.
const z = noise(320, 1);
const classes = Array.from({ length: 320 }, (_, k) => k % 10);
const drawings = draw(z, oneHot(...classes)).detach().keep();
show("drawings", drawings.slice([0, 0, 0, 0], [20, 28, 28, 1]));`,
    },
    {
      cell: "encoder",
      code: `import { styleLoss } from "ganvas/models/text2image/losses";

const init = new Initializer(2);
const bend = (x: Tensor) => leakyRelu(x, 0.2);
const net = new Sequential(new Linear(784, 64, init), bend, new Linear(64, form.latentDim, init));
const readStyle = (pictures: Tensor) => net.forward(pictures.reshape([-1, 784]));

const adam = new Adam(net.parameters(), { lr: 4e-3 });
const losses: number[] = [];
for (let step = 0; step < 100; step++) {
  const at = (step % 5) * 64;
  const some = drawings.slice([at, 0, 0, 0], [at + 64, 28, 28, 1]);
  const loss = styleLoss(z.slice([at, 0], [at + 64, form.latentDim]), readStyle(some));
  adam.minimize(loss);
  if (step % 10 === 9) losses.push(await loss.item());
}
const guess = await z.square().sum(1).mean().item(); // of an encoder that always says 0
plot("style loss", { "style encoder": losses, "always zero": losses.map(() => guess) });`,
    },
    {
      look: "It guesses better than an encoder that always says zero, but not exactly: 64 numbers of noise are more than anybody can see in a small digit. What matters is that it gets those numbers right that can be seen.",
      at: { cell: "encoder", output: "style loss" },
    },
    {
      cell: "transfer",
      code: `// Three digits that the encoder has not seen.
const example = draw(noise(3, 77), oneHot(5, 2, 7));
const styles = readStyle(example); // [3, 64]

const row = (k: number) => {
  const style = styles.slice([k, 0], [k + 1, form.latentDim]);
  return draw(style.expand([10, form.latentDim]), oneHot(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
};
for (const k of [0, 1, 2]) {
  show(\`example \${k + 1}\`, example.slice([k, 0, 0, 0], [k + 1, 28, 28, 1]));
  show(\`all digits in the style of example \${k + 1}\`, row(k));
}`,
    },
    {
      look: "Compare slant and weight with the example's.",
      at: { cell: "transfer", output: "all digits in the style of example 1" },
    },
    {
      exercise: "eight",
      ask: "Draw an 8 in the style of the **third** example: `answer` is a picture [1, 28, 28, 1].",
      start: `const answer = draw(noise(1, 1), oneHot(8));`,
      right: `const third = styles.slice([2, 0], [3, form.latentDim]);
const answer = draw(third, oneHot(8));`,
      wrong: [
        `const answer = draw(styles.slice([0, 0], [1, form.latentDim]), oneHot(8));`,
        /style of another example/,
      ],
      async check({ answer, cells, ganvas }) {
        const picture = tensorOf(answer, [1, 28, 28, 1], ganvas);
        const { draw, oneHot, readStyle, example } = cells as unknown as Declared;
        const wanted = draw(readStyle(example), oneHot(8, 8, 8)).split([1, 1, 1]) as [Tensor, Tensor, Tensor];
        const off = await Promise.all(wanted.map((one) => farthest(picture, one)));
        expectThat(
          (off[2] as number) < 1e-3 || Math.min(...off) > 1e-3,
          "That is an 8 in the style of another example.",
        );
        expectThat(
          (off[2] as number) < 1e-3,
          "It is not the 8 that the encoder's reading of example 3 makes.",
        );
      },
      because: "The noise comes from the encoder, the class from you: G(S(x), t).",
    },
    {
      exercise: "loss",
      ask: "Write the style loss: two tensors [n, 64]; the squared distance of each row to its partner (a **sum** over the 64 numbers), and the mean of these over the rows.",
      start: "const answer = (z: Tensor, read: Tensor) => z.sub(read).square().mean();",
      right: "const answer = (z: Tensor, read: Tensor) => z.sub(read).square().sum(1).mean();",
      wrong: ["const answer = (z, read) => z.sub(read).square().mean();", /64 times too small/],
      async check({ answer, cells, ganvas }) {
        const [a, b] = [ganvas.randn([6, 64], new ganvas.Rng(1)), ganvas.randn([6, 64], new ganvas.Rng(2))];
        const given = await numberOf(await functionOf(answer)(a, b), ganvas);
        const wanted = await (cells.styleLoss as (a: Tensor, b: Tensor) => Tensor)(a, b).item();
        expectThat(
          Math.abs(64 * given - wanted) > 1e-2,
          "It is 64 times too small: a mean over all numbers, not a sum along each row.",
        );
        expectThat(
          Math.abs(given - wanted) < 1e-2,
          `For one batch it gives ${given.toFixed(2)}, and the engine ${wanted.toFixed(2)}.`,
        );
      },
      because:
        "A squared distance adds the squares up. (For the optimum it makes no difference; for comparing with others' numbers it does.)",
    },
    {
      go: "The system `style-encoder` trains such an encoder for the text-to-image generator.",
      to: "#/train?system=style-encoder",
    },
  ],
};

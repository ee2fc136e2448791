/** Lesson: the conditional GAN, on the shipped generator of digits. */
import type { Tensor } from "../../engine/index.ts";
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

/** What the cells have loaded, as checks need it. */
interface Loaded {
  readonly classifier: { forward(pictures: Tensor): Tensor };
}

/** Which class the classifier names each picture. */
async function named({ classifier }: Loaded, pictures: Tensor): Promise<number[]> {
  return Array.from(await classifier.forward(pictures.mul(2).sub(1)).argmax(1).data());
}

export const conditional: Lesson = {
  name: "conditional",
  title: "A conditional GAN",
  lead: "After this lesson you can ask a generator for what you want, and have another network check whether you got it.",
  blocks: [
    {
      text: "A plain GAN draws *something* from noise. A **conditional** GAN is told what: the generator is given noise z and a condition y, and the discriminator is given the picture and the same y. A good picture of the wrong digit is then easy to reject, so the generator must heed y.",
    },
    {
      formula: [
        "mrow",
        ["munder", "min", "G"],
        ["munder", "max", "D"],
        ["msub", "E", ["mrow", "x , y"]],
        "[ log D ( x | y ) ] +",
        ["msub", "E", ["mrow", "z , y"]],
        "[ log ( 1 − D ( G ( z | y ) | y ) ) ]",
      ],
      means:
        "The game of Goodfellow and others (2014) with a condition y in both networks (Mirza and Osindero 2014). E is the mean over many samples.",
    },
    {
      text: "The simplest condition is a class as a row of zeros with a single 1, called **one-hot**. This generator was trained by this engine on handwritten digits and comes with the page.",
    },
    {
      cell: "draw",
      code: `import { concat, randn, Rng, tensor, type Tensor } from "ganvas";
import { parseCgan } from "ganvas/models/cgan/files";

const { draw, form } = parseCgan(await weights("cgan.safetensors"), "cgan");

const oneHot = (...classes: number[]) =>
  tensor(classes.map((wanted) => form.classes.map((_, k) => (k === wanted ? 1 : 0))));

// The same noise for every digit.
const noise = randn([1, form.latentDim], new Rng(4)).mul(0.7);
const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const same = noise.expand([10, form.latentDim]);
const pictures = draw(same, oneHot(...digits));

show("condition of a 3", oneHot(3).reshape([2, 5]));
show("ten conditions, one noise", pictures);`,
    },
    {
      look: "One noise, ten conditions: the digit changes, and slant and weight of the stroke stay alike. Class and style have come apart, although nobody told the network what a style is.",
      at: { cell: "draw", output: "ten conditions, one noise" },
    },
    {
      cell: "noises",
      code: `const several = randn([10, form.latentDim], new Rng(9)).mul(0.7);
show("ten noises, one condition", draw(several, oneHot(...digits.map(() => 4))));`,
    },
    {
      look: "The other way round: ten ways to write a 4.",
      at: { cell: "noises", output: "ten noises, one condition" },
    },
    { heading: "Is it what was asked for?" },
    {
      text: "Looking at ten pictures is no measurement. A second network, trained to name digits, can look at hundreds. (It is our own classifier: 99.38 % of MNIST's test digits are named right by it.)",
    },
    {
      cell: "judge",
      code: `import { parseClassifier } from "ganvas/models/features/classifier";

const file = "mnist-classifier.safetensors";
const classifier = parseClassifier(await weights(file), file);

const count = 100;
const asked = Array.from({ length: count }, (_, k) => k % 10);
const made = draw(randn([count, form.latentDim], new Rng(1)).mul(0.7), oneHot(...asked));
// The classifier wants pixels from -1 to 1.
const seen = await classifier.forward(made.mul(2).sub(1)).argmax(1).data();
show("named as asked, of 100", asked.filter((digit, k) => seen[k] === digit).length);`,
    },
    {
      look: "This share is the simplest score of a conditional GAN. Beware: it says nothing of variety. A generator that draws one perfect picture for each class would score 100 %.",
      at: { cell: "judge", output: "named as asked, of 100" },
    },
    {
      exercise: "sevens",
      ask: "Draw eight sevens, each in its own style. `answer` is a tensor of pictures [8, 28, 28, 1]; a classifier will look at them.",
      start: `const z = randn([8, form.latentDim], new Rng(2)).mul(0.7);
const answer = draw(z, oneHot(1, 1, 1, 1, 1, 1, 1, 1));`,
      right: `const z = randn([8, form.latentDim], new Rng(2)).mul(0.7);
const answer = draw(z, oneHot(7, 7, 7, 7, 7, 7, 7, 7));`,
      wrong: [
        `const z = randn([8, form.latentDim], new Rng(2)).mul(0.7);
const answer = draw(z, oneHot(1, 1, 1, 1, 1, 1, 1, 1));`,
        /0 of 8/,
      ],
      async check({ answer, cells, ganvas }) {
        const pictures = tensorOf(answer, [8, 28, 28, 1], ganvas);
        const sevens = (await named(cells as unknown as Loaded, pictures)).filter(
          (digit) => digit === 7,
        ).length;
        expectThat(sevens >= 7, `The classifier takes ${sevens} of 8 for a seven.`);
        const [first] = pictures.split([1, 7]) as [Tensor, Tensor];
        expectThat(
          (await farthest(pictures, first.expand([8, 28, 28, 1]))) > 0.1,
          "They are all the same picture.",
        );
      },
      because: "The condition is the only thing that says which digit; the noise says how.",
    },
    { heading: "Between two classes" },
    {
      text: "The generator has only seen conditions with a single 1. What does it make of half a 3 and half an 8?",
    },
    {
      cell: "between",
      code: `const shares = Array.from({ length: 9 }, (_, k) => k / 8);
const mixed = tensor(shares.map((share) => [0, 0, 0, 1 - share, 0, 0, 0, 0, share, 0]));
const walk = draw(noise.expand([9, form.latentDim]), mixed);
show("from 3 to 8", walk);

const odds = classifier.forward(walk.mul(2).sub(1)).softmax(1);
const column = async (k: number) => [...(await odds.slice([0, k], [9, k + 1]).data())];
const [three, eight] = [await column(3), await column(8)];
plot("what the classifier says", { "it is a 3": three, "it is an 8": eight });`,
    },
    {
      look: "The pictures change smoothly; the classifier's opinion tips over somewhere on the way.",
      at: { cell: "between", output: "what the classifier says" },
    },
    {
      exercise: "planes",
      ask: "How does a convolutional discriminator get to see the class? One way: ten more channels beside the picture's own, all of them 0 but for that of the class, which is 1 everywhere. Write it: pictures [n, 28, 28, 1] and one-hot rows [n, 10] become [n, 28, 28, 11].",
      start: `const answer = (pictures: Tensor, classes: Tensor) => {
  const n = pictures.shape[0];
  const planes = classes.reshape([n, 1, 1, 10]); // to be expanded
  return pictures;
};`,
      right: `const answer = (pictures: Tensor, classes: Tensor) => {
  const n = pictures.shape[0];
  const planes = classes.reshape([n, 1, 1, 10]).expand([n, 28, 28, 10]);
  return concat([pictures, planes], 3);
};`,
      wrong: ["const answer = (pictures, classes) => pictures;", /\[2,28,28,11\]; it has \[2,28,28,1\]/],
      async check({ answer, ganvas }) {
        const pictures = ganvas.rand([2, 28, 28, 1], new ganvas.Rng(3));
        const classes = ganvas.tensor([4, 9]).cast("i32").oneHot(10).cast("f32");
        const made = tensorOf(await functionOf(answer)(pictures, classes), [2, 28, 28, 11], ganvas);
        const [own, planes] = made.split([1, 10], 3) as [Tensor, Tensor];
        expectThat((await farthest(own, pictures)) < 1e-6, "Channel 0 should be the picture.");
        const wanted = classes.reshape([2, 1, 1, 10]).expand([2, 28, 28, 10]);
        expectThat(
          (await farthest(planes, wanted)) < 1e-6,
          "Channel 1 + k should be 1 everywhere for class k, and else 0.",
        );
      },
      because: "A convolution sees every place alike, so the class must be visible from every place.",
    },
    {
      exercise: "blind",
      ask: "A generator ignores its condition and draws each of the ten digits equally often, whatever it is asked for. How many of 100 pictures are named as asked, on average?",
      start: "const answer = 0;",
      right: "const answer = 10;",
      wrong: ["const answer = 1;", /out of 100/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const asked = ganvas.tensor(Float32Array.from({ length: 1000 }, (_, k) => k % 10));
        const drawn = ganvas.tensor(Float32Array.from({ length: 1000 }, (_, k) => Math.floor(k / 10) % 10));
        // Every pair of a digit asked and a digit drawn occurs equally often among these.
        const share = 100 * (await ganvas.eq(asked, drawn).cast("f32").mean().item());
        expectThat(
          Math.abs(given - share) < 0.5,
          `Not ${given} out of 100: one in how many digits is right by chance?`,
        );
      },
      because:
        "By chance one in ten is right. The score of a conditional GAN is to be compared with 10, not with 0.",
    },
    {
      go: "The page *Digits* draws whole sheets and walks with this generator.",
      to: "#/digits",
    },
  ],
};

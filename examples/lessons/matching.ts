/** Lesson: the matching-aware discriminator (GAN-CLS) and interpolated sentences (GAN-INT), in a world of three colours. */
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const matching: Lesson = {
  name: "matching",
  title: "Does the picture match the sentence?",
  lead: "After this lesson you know what keeps a text-to-image network from drawing beautiful pictures of something else.",
  blocks: [
    {
      text: "A text-to-image GAN is a conditional GAN: the condition is a sentence, turned into a row of numbers by a text encoder. There are endless sentences, each seen with few pictures. The discriminator can make two kinds of mistakes: to accept a picture that is not real, and to accept a real picture that does **not match** the sentence. Ordinary training shows it only the first kind.",
    },
    {
      text: "To see that, a world small enough to look through: a *picture* is a colour with stripes, four numbers in all, and there are three *sentences*. Real pictures have the colour of their sentence, and crisp stripes. A generator that has just begun draws faint ones.",
    },
    {
      cell: "world",
      code: `import {
  Adam, concat, Initializer, leakyRelu, Linear, Module, randn, Rng, tensor, type Tensor,
} from "ganvas";

const meaning = tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]]); // "red", "green", "blue"
const n = 48;
const texts = concat(Array.from({ length: n / 3 }, () => meaning), 0); // [n, 3]

// [n, 4]: red, green, blue, and how crisp the stripes are.
const pictures = (crisp: number, step: number, seed: number) => {
  const rng = new Rng(seed).at(step);
  const colour = texts.mul(0.8).add(0.1).add(randn([n, 3], rng).mul(0.06));
  return concat([colour, randn([n, 1], rng).mul(0.05).add(crisp)], 1);
};
const realPictures = (step: number) => pictures(0.9, step, 1);
const faintPictures = (step: number) => pictures(0.2, step, 2);

const stripes = tensor([0, 1, 0, 1, 0, 1]).reshape([1, 1, 6, 1]);
const asSquares = (x: Tensor) => {
  const [colour, crisp] = x.clamp({ min: 0, max: 1 }).split([3, 1], 1);
  const shade = stripes.mul(crisp.reshape([-1, 1, 1, 1])).mul(-0.7).add(1); // [k, 1, 6, 1]
  return colour.reshape([-1, 1, 1, 3]).mul(shade).expand([x.shape[0], 6, 6, 3]);
};
show("real", asSquares(realPictures(0).slice([0, 0], [3, 4])));
show("generated", asSquares(faintPictures(0).slice([0, 0], [3, 4])));`,
    },
    { heading: "Two discriminators" },
    {
      text: "GAN-CLS (Reed and others, 2016) adds a third kind of pair: a **real picture with a wrong sentence**. It counts as fake, as generated ones do.",
    },
    {
      formula: [
        "mrow",
        ["msub", "L", "D"],
        "= − log D ( x , t ) −",
        ["mfrac", "1", "2"],
        "log ( 1 − D ( x ,",
        ["mover", "t", "^"],
        ") ) −",
        ["mfrac", "1", "2"],
        "log ( 1 − D ( G ( z , t ) , t ) )",
      ],
      means:
        "x is a real picture, t its sentence, t̂ the sentence of another one. D answers with the probability that picture and sentence are real and belong together.",
    },
    {
      cell: "judges",
      code: `import { matchingAwareLoss } from "ganvas/models/text2image/losses";

class Judge extends Module {
  readonly one: Linear;
  readonly two: Linear;
  constructor() {
    super();
    const init = new Initializer(3);
    this.one = new Linear(7, 32, init);
    this.two = new Linear(32, 1, init);
  }
  /** Logits [n] of pictures [n, 4] and sentences [n, 3]. */
  forward(picture: Tensor, text: Tensor) {
    const seen = concat([picture, text], 1);
    return this.two.forward(leakyRelu(this.one.forward(seen), 0.2)).reshape([-1]);
  }
}

async function train(knowsMismatches: boolean) {
  const judge = new Judge();
  const adam = new Adam(judge.parameters(), { lr: 0.02 });
  for (let step = 0; step < 80; step++) {
    const x = realPictures(step);
    const real = judge.forward(x, texts);
    const fake = judge.forward(faintPictures(step), texts);
    // Each picture with another one's sentence: the next but one in every second step.
    const others = texts.roll(1 + (step % 2), 0);
    const wrong = knowsMismatches ? judge.forward(x, others) : undefined;
    adam.minimize(matchingAwareLoss({ real, fake, wrong }).total);
  }
  return judge;
}
const plain = await train(false);
const aware = await train(true);

// A red, a green and a blue picture (rows), each with every sentence (columns).
const pure = concat([meaning.mul(0.8).add(0.1), tensor([[0.9], [0.9], [0.9]])], 1);
const verdicts = (judge: Judge) => {
  const pictures = pure.reshape([3, 1, 4]).expand([3, 3, 4]).reshape([9, 4]);
  const sentences = meaning.reshape([1, 3, 3]).expand([3, 3, 3]).reshape([9, 3]);
  return judge.forward(pictures, sentences).sigmoid().reshape([3, 3]);
};
show("plain: D(picture, sentence)", verdicts(plain));
show("matching-aware: D(picture, sentence)", verdicts(aware));`,
    },
    {
      look: "The plain discriminator believes every picture with crisp stripes, whatever the sentence says: to look at the stripes was all that it needed.",
      at: { cell: "judges", output: "plain: D(picture, sentence)" },
    },
    {
      look: "The matching-aware one believes those on the diagonal: the picture that its sentence describes.",
      at: { cell: "judges", output: "matching-aware: D(picture, sentence)" },
    },
    {
      exercise: "loss",
      ask: "Write the loss of the matching-aware discriminator from its logits: the real pairs fully, wrong and fake pairs half each. Hint: −log σ(x) is `softplus(−x)`, and −log(1 − σ(x)) is `softplus(x)`; take means.",
      start: `const answer = (real: Tensor, wrong: Tensor, fake: Tensor) => {
  return real.neg().softplus().mean().add(fake.softplus().mean());
};`,
      right: `const answer = (real: Tensor, wrong: Tensor, fake: Tensor) => {
  const others = wrong.softplus().mean().add(fake.softplus().mean());
  return real.neg().softplus().mean().add(others.mul(0.5));
};`,
      wrong: [
        "const answer = (real, wrong, fake) => real.neg().softplus().mean().add(fake.softplus().mean());",
        /without wrong pairs/,
      ],
      async check({ answer, cells, ganvas }) {
        const [real, wrong, fake] = [0, 1, 2].map((k) => ganvas.randn([5], new ganvas.Rng(k)).mul(2)) as [
          InstanceType<typeof ganvas.Tensor>,
          InstanceType<typeof ganvas.Tensor>,
          InstanceType<typeof ganvas.Tensor>,
        ];
        const lossOf = cells.matchingAwareLoss as (scores: Record<string, unknown>) => { total: typeof real };
        const given = await numberOf(await functionOf(answer)(real, wrong, fake), ganvas);
        const plain = await lossOf({ real, fake }).total.item();
        const wanted = await lossOf({ real, wrong, fake }).total.item();
        expectThat(Math.abs(given - plain) > 1e-5, "That is the loss without wrong pairs.");
        expectThat(
          Math.abs(given - wanted) < 1e-4,
          `For one batch it gives ${given.toFixed(3)}, and the engine ${wanted.toFixed(3)}.`,
        );
      },
      because:
        "With halves, real pairs and pairs that are to be refused weigh the same, as in a GAN with two kinds.",
    },
    { heading: "What generators learn from them" },
    {
      text: "A generator learns from nothing but its discriminator. Here one learns from each judge: it is given a sentence, and draws the four numbers of a picture.",
    },
    {
      cell: "generators",
      code: `import { relu, Sequential, sigmoid } from "ganvas";
import { generatorLoss } from "ganvas/models/text2image/losses";

async function draw(judge: Judge) {
  const init = new Initializer(5);
  const G = new Sequential(new Linear(3, 16, init), relu, new Linear(16, 4, init), sigmoid);
  const adam = new Adam(G.parameters(), { lr: 0.03 });
  for (let step = 0; step < 80; step++) {
    const answers = judge.forward(G.forward(meaning), meaning);
    adam.minimize(generatorLoss(answers));
  }
  return G;
}
const careless = await draw(plain);
const careful = await draw(aware);
show("plain: red, green, blue?", asSquares(careless.forward(meaning)));
show("matching-aware: red, green, blue", asSquares(careful.forward(meaning)));`,
    },
    {
      look: "Crisp stripes, as real pictures have them, but the colours are not those that were asked for.",
      at: { cell: "generators", output: "plain: red, green, blue?" },
    },
    {
      look: "With the matching-aware judge, each sentence gets its colour.",
      at: { cell: "generators", output: "matching-aware: red, green, blue" },
    },
    { heading: "Between two sentences" },
    {
      text: "Sentences that nobody wrote are free: the average of two sentence rows is a point between them. **GAN-INT** lets the generator draw for such points, too, and asks the discriminator whether these look real. So the generator learns to fill the gaps between the few sentences of the data.",
    },
    {
      cell: "between",
      code: `import { withInterpolations } from "ganvas/models/text2image/losses";

const steps = Array.from({ length: 7 }, (_, k) => k / 6);
const path = tensor(steps.map((b) => [1 - b, 0, b])); // from "red" to "blue"
show("drawn on the way from red to blue", asSquares(careful.forward(path)));

// Four sentences, and two between them.
const batch = tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]);
show("a batch with interpolations", withInterpolations(batch));`,
    },
    {
      look: "The last two rows are new: halfway between rows 1 and 3, and between rows 2 and 4. No real picture belongs to them, so only the generator's loss sees them.",
      at: { cell: "between", output: "a batch with interpolations" },
    },
    {
      exercise: "mix",
      ask: "Write a function that is given two sentences [3] and a share β, and returns β times the first plus (1 − β) times the second.",
      start: "const answer = (a: Tensor, b: Tensor, beta: number) => a.add(b);",
      right: "const answer = (a: Tensor, b: Tensor, beta: number) => a.mul(beta).add(b.mul(1 - beta));",
      wrong: ["const answer = (a, b, beta) => a.mul(1 - beta).add(b.mul(beta));", /the other way round/],
      async check({ answer, ganvas }) {
        const [a, b] = [ganvas.tensor([1, 0, 0]), ganvas.tensor([0, 0, 1])];
        const mix = async (beta: number) => tensorOf(await functionOf(answer)(a, b, beta), [3], ganvas);
        const quarter = await mix(0.25);
        const turned = (await farthest(quarter, ganvas.tensor([0.75, 0, 0.25]))) < 1e-6;
        expectThat(!turned, "It is the other way round: with β = 1 it should be the first sentence.");
        expectThat(
          (await farthest(quarter, ganvas.tensor([0.25, 0, 0.75]))) < 1e-6,
          `With β = 0.25, [1, 0, 0] and [0, 0, 1] should give [0.25, 0, 0.75]; it gives [${Array.from(await quarter.data())}].`,
        );
      },
      because:
        "With β = ½ this is what GAN-INT adds to a batch. A slider over β makes a walk from one sentence to another.",
    },
    {
      go: "The system `text2image` trains GAN, GAN-CLS, GAN-INT and both together on captioned pictures.",
      to: "#/train?system=text2image",
    },
  ],
};

/** Lesson: the game of two networks in the plane, where every density is known: field, divergence, collapse and its cure. */
import type { Tensor } from "../../engine/index.ts";
import { expectThat, functionOf, numberOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const game: Lesson = {
  name: "game",
  title: "The game in two dimensions",
  lead: "After this lesson you have trained two GANs, watched one of them collapse, and know what the losses of the two players tell and what they do not.",
  varies: ["collapse", "cure"],
  blocks: [
    {
      text: "A **generator** G turns noise into samples. A **discriminator** D sees samples, real and generated ones, and says which are real. Each learns from the other: D to tell them apart, G to be taken for real. In the plane a sample is a point, so we can see everything.",
    },
    {
      cell: "world",
      code: `import { Adam, ganLoss, r1Penalty, randn, Rng, tensor } from "ganvas";
import type { GanLossKind, Tensor } from "ganvas";
import { DISTRIBUTIONS } from "ganvas/models/toy/distributions";
import { drawPoints } from "ganvas/models/toy/points";

const truth = DISTRIBUTIONS.mixture; // three round clouds
const n = 128;
const realPoints = (step: number) => tensor(drawPoints(truth, 1, n, 0, step), [n, 2]);

show("real points", tensor(drawPoints(truth, 1, 500), [500, 2]));`,
    },
    {
      text: "What is the best answer that D can give at a place? If real points are p and generated ones q per area, then of all the points that fall there, a share of p ÷ (p + q) is real. No network can know more than that.",
    },
    {
      formula: ["mrow", ["msup", "D", "*"], "( x ) =", ["mfrac", "p ( x )", "p ( x ) + q ( x )"]],
      means:
        "The best discriminator (Goodfellow and others, 2014, proposition 1). Where both densities are equal it says ½, and can say no more.",
    },
    {
      exercise: "equal",
      ask: "The generator has become perfect: its points are spread as the real ones are, and D answers ½ everywhere. D's loss is −log D(real) − log(1 − D(fake)). How large is it? (Three digits, natural logarithm.)",
      start: "const answer = 0;",
      right: "const answer = 1.386;",
      wrong: ["const answer = 0.693;", /two terms/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        // ½ is the sigmoid of a logit of 0.
        const undecided = ganvas.zeros([4]);
        const loss = await ganvas.ganLoss("non-saturating").discriminator(undecided, undecided).item();
        expectThat(
          Math.abs(given - loss) < 0.005,
          `It is not ${given}: there are two terms, and each is −log ½.`,
        );
      },
      because:
        "2 · log 2 = 1.386. A discriminator's loss near this says that the two can hardly be told apart, or that D is too weak to.",
    },
    { heading: "How far apart?" },
    {
      text: "Losses of GANs do not fall as those of classifiers do: when one player gets better, the other's loss rises. To know how good the generator is, compare the densities themselves. The **Jensen-Shannon divergence** is 0 for equal distributions and log 2 for those that have no place in common. In the plane we can count it; of photographs nobody can.",
    },
    {
      cell: "divergence",
      code: `import { divergences } from "ganvas/models/toy/divergences";

// Shares of probability in four places.
const even = [0.25, 0.25, 0.25, 0.25];
show("equal", divergences(even, even).js);
show("one place of four missed", divergences(even, [0.34, 0.33, 0.33, 0]).js);
show("nothing in common", divergences([0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]).js);`,
    },
    {
      look: "0.693 = log 2: the most there can be.",
      at: { cell: "divergence", output: "nothing in common" },
    },
    { heading: "A game that fails" },
    {
      text: "Two small networks play. In each update D takes a step on real and generated points, then G takes one against D. The first game is the original one, with learning rates that are much too large.",
    },
    {
      cell: "play",
      code: `import { PointDiscriminator, PointGenerator } from "ganvas/models/toy/networks";
import { discriminatorField } from "ganvas/models/toy/fields";
import { sceneOf } from "ganvas/models/toy/scene";

interface Rules { kind: GanLossKind; lr: number; beta: number; penalty: number }

async function play(title: string, { kind, lr, beta, penalty }: Rules, updates = 150) {
  const G = new PointGenerator({ layers: 2, units: 32, latentDim: 2, reach: 2, seed: 1 });
  const D = new PointDiscriminator({ layers: 2, units: 32, reach: 2, seed: 2 });
  const judge = (points: Tensor) => D.forward(points);
  const learnG = new Adam(G.parameters(), { lr, betas: [beta, 0.99] });
  const learnD = new Adam(D.parameters(), { lr, betas: [beta, 0.99] });
  const loss = ganLoss(kind);
  const noise = new Rng(7);
  const apart: number[] = [];

  for (let update = 1; update <= updates; update++) {
    const real = realPoints(update);
    const fake = G.forward(randn([n, 2], noise)).detach(); // G does not learn here
    let lossD = loss.discriminator(judge(real), judge(fake));
    if (penalty > 0)
      for (const points of [real, fake])
        lossD = lossD.add(r1Penalty(judge, points, { gamma: penalty }));
    learnD.minimize(lossD);
    learnG.minimize(loss.generator(judge(G.forward(randn([n, 2], noise))), judge(real)));

    if (update % 25 > 0) continue;
    const made = (await G.forward(randn([500, 2], new Rng(8))).data()) as Float32Array;
    const grid = { reach: 3.5, cells: 24 };
    const field = await discriminatorField(judge, grid);
    const scene = sceneOf(truth, { grid, field, made, seed: 2 });
    apart.push(scene.divergences.js);
    await show(title, scene);
    plot("Jensen-Shannon divergence", { "after every 25 updates": apart });
  }
}
show("the players are ready", "run the next cells");`,
    },
    {
      cell: "collapse",
      code: `await play("the failing game", { kind: "saturating", lr: 0.02, beta: 0.9, penalty: 0 });`,
    },
    {
      look: "Grey: real points; green: generated ones. Orange is where D takes points for real, blue where it does not; arrows show where a point would have to go to look more real. The generator's points crowd together where D last believed them, and most of the three clouds stays empty. That is **mode collapse**: D drives the points from there, and they go on to the next place.",
      at: { cell: "collapse", output: "the failing game" },
    },
    { heading: "The cure" },
    {
      text: "Three changes. A loss whose gradient does not vanish when D is sure: the *relativistic* one, in which D compares real points with generated ones. A **penalty** on the length of D's gradient at the points (R1 and R2), so that the landscape has slopes and not cliffs. And smaller steps without momentum, since the other player moves, too.",
    },
    {
      formula: [
        "mrow",
        ["msub", "R", "1"],
        "=",
        ["mfrac", "γ", "2"],
        ["msub", "E", "x"],
        ["msup", ["mrow", "‖ ∇ D ( x ) ‖"], "2"],
      ],
      means:
        "The mean squared length of D's gradient at real points x, weighted by γ (Mescheder and others, 2018). At generated points the same is called R2.",
    },
    {
      cell: "cure",
      code: `const robust: Rules = { kind: "relativistic-pairing", lr: 0.005, beta: 0, penalty: 0.02 };
await play("the robust game", robust);`,
    },
    {
      look: "All three clouds are found, and the divergence is far smaller. (A relativistic D compares: its colours say more or less real than elsewhere, not yes or no.) Change one setting at a time, and find out which of the three matters most here.",
      at: { cell: "cure", output: "the robust game" },
    },
    {
      exercise: "generator-loss",
      ask: "In the original game G minimises log(1 − D(fake)). While D is sure, that is flat, and G learns nothing. In practice G minimises −log D(fake) instead. Write it from logits: D = σ(logits), and −log σ(x) is `softplus(−x)`; take the mean.",
      start: "const answer = (logits: Tensor) => logits.softplus().mean().neg();",
      right: "const answer = (logits: Tensor) => logits.neg().softplus().mean();",
      wrong: ["const answer = (logits) => logits.softplus().mean().neg();", /log\(1 − D\)/],
      async check({ answer, ganvas }) {
        const logits = ganvas.tensor([-6, -1, 0, 2]);
        const given = await numberOf(await functionOf(answer)(logits), ganvas);
        const lossOf = (kind: "saturating" | "non-saturating") =>
          ganvas.ganLoss(kind).generator(logits).item();
        const [flat, wanted] = [await lossOf("saturating"), await lossOf("non-saturating")];
        expectThat(
          Math.abs(given - flat) > 1e-4,
          "That is log(1 − D), the loss that is flat where D is sure.",
        );
        expectThat(
          Math.abs(given - wanted) < 1e-4,
          `For the logits -6, -1, 0, 2 it gives ${given.toFixed(3)}, and the engine ${wanted.toFixed(3)}.`,
        );
      },
      because:
        "Both have their minimum where D is fooled, but this one is steepest where D is sure that a sample is fake.",
    },
    {
      exercise: "slope",
      ask: "See the difference: D is sure that a sample is fake, its logit is −6. How steep is each loss there? Give the gradient of −log D by the logit **divided by** that of log(1 − D). (To the nearest whole number.)",
      start: `import { grad } from "ganvas";
const logit = tensor([-6]);
const [flat] = grad(logit.softplus().mean().neg(), [logit]);
const answer = await flat.item();`,
      right: `import { grad } from "ganvas";
const logit = tensor([-6]);
const [flat] = grad(logit.softplus().mean().neg(), [logit]);
const [steep] = grad(logit.neg().softplus().mean(), [logit]);
const answer = Math.round((await steep.item()) / (await flat.item()));`,
      wrong: ["const answer = 1;", /steeper/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const logit = ganvas.tensor([-6]);
        const slope = (loss: Tensor) => ganvas.grad(loss, [logit])[0].item();
        const steep = await slope(ganvas.ganLoss("non-saturating").generator(logit));
        const flat = await slope(ganvas.ganLoss("saturating").generator(logit));
        expectThat(
          Math.abs(given - steep / flat) < 1,
          `It is not ${given}. One is steeper than the other by far more.`,
        );
      },
      because:
        "0.9975 against 0.0025: about 403 times as steep. A generator that is far behind gets 403 times the push.",
    },
    {
      go: "The *Train* page plays this game at full length, with more distributions, points that you draw, and every update in slow motion.",
      to: "#/train?system=toy&preset=robust&data=grid",
    },
  ],
};

/** Lesson: tensors, and gradients as tensors. */
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const gradient: Lesson = {
  name: "gradient",
  title: "A tensor and its gradient",
  lead: "After this lesson you can ask any computation which way its result moves when its input does. Everything that learns rests on that.",
  blocks: [
    {
      text: "A **tensor** is a box of numbers with a shape: a single number, a row of them, a matrix, a batch of pictures. You combine tensors with operations and get new tensors.",
    },
    {
      cell: "tensor",
      code: `import { grad, tensor, type Tensor } from "ganvas";

const x = tensor([1, 2, 3, 4]);
const y = x.mul(x).add(1);

show("x", x);
show("y = x² + 1", y);`,
    },
    {
      look: "Nothing was computed in this line: it only recorded what is to be done. Showing `y` made it run.",
      at: { cell: "tensor", code: "x.mul(x).add(1)" },
    },
    { heading: "The slope" },
    {
      text: "If you move `x` a little, how far does `y` move? That ratio is the **derivative**. For many inputs and one result, all the derivatives together are the **gradient**: a tensor of the input's shape that points where the result grows fastest.",
    },
    {
      formula: ["mrow", ["mfrac", "d y", "d x"], "≈", ["mfrac", "y ( x + h ) − y ( x )", "h"]],
      means: "The derivative of y at x is what this ratio tends to when the step h becomes very small.",
    },
    {
      cell: "slope",
      code: `const loss = x.mul(x).sum(); // one number: 1 + 4 + 9 + 16
const [slope] = grad(loss, [x]);

show("loss", loss);
show("gradient, 2x", slope);`,
    },
    {
      look: "`grad` takes one number and a list of tensors, and gives a gradient for each. The slope of x² is 2x, at every element.",
      at: { cell: "slope", output: "gradient, 2x" },
    },
    {
      text: "Do not believe it: measure. The next cell moves each input by a small step and looks how far the loss moves. Change `h` to 1 and run it again: a step that large no longer measures the slope *at* x.",
    },
    {
      cell: "measure",
      code: `const h = 0.01;
const measured: number[] = [];
for (let k = 0; k < 4; k++) {
  const step = tensor([0, 1, 2, 3].map((at) => (at === k ? h : 0)));
  const there = x.add(step);
  const moved = there.mul(there).sum().sub(loss);
  measured.push((await moved.item()) / h);
}
show("measured slopes", tensor(measured));`,
    },
    {
      exercise: "by-hand",
      ask: "Let y = x³. What is its slope at x = 2? Write the number.",
      start: "const answer = 0;",
      right: "const answer = 12;",
      wrong: ["const answer = 8;", /8 is the value/],
      async check({ answer, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const two = ganvas.tensor(2);
        const cube = two.mul(two).mul(two);
        const slope = await ganvas.grad(cube, [two])[0].item();
        expectThat(
          given !== (await cube.item()),
          `${given} is the value of x³ there; its slope is asked for.`,
        );
        expectThat(
          Math.abs(given - slope) < 1e-3,
          `The engine finds another slope than ${given}. The slope of xⁿ is n·xⁿ⁻¹.`,
        );
      },
      because: "The slope of x³ is 3x², which is 12 at x = 2.",
    },
    { heading: "Down the slope" },
    {
      text: "To make a loss smaller, step **against** its gradient, again and again. This is gradient descent. How far to go is set by the **learning rate**.",
    },
    {
      formula: ["mrow", "x ← x − η", ["mfrac", "d L", "d x"]],
      means: "The new x is the old one minus the learning rate η times the gradient of the loss L.",
    },
    {
      cell: "descent",
      code: `const rate = 0.1;
const losses: number[] = [];
let at = tensor([4, -3]);
for (let step = 0; step < 30; step++) {
  const L = at.sub(tensor([1, 2])).square().sum();
  const [g] = grad(L, [at]);
  losses.push(await L.item());
  at = at.sub(g.mul(rate));
}
plot("loss", { loss: losses });
show("where it ends", at);`,
    },
    {
      look: "The loss is smallest at [1, 2], and that is where the steps lead.",
      at: { cell: "descent", output: "where it ends" },
    },
    {
      text: "Now set `rate` to 1 and run the cell again: each step jumps as far beyond the lowest point as it was before it, and nothing is learned. With 1.1 the loss explodes. Training GANs is in large part the art of not doing this.",
    },
    {
      exercise: "rate",
      ask: "For this loss there is a learning rate with which one single step reaches the lowest point. Which?",
      start: "const answer = 0.1;",
      right: "const answer = 0.5;",
      wrong: ["const answer = 1;", /from 34 to 34/],
      async check({ answer, ganvas }) {
        const rate = await numberOf(answer, ganvas);
        const loss = (x: InstanceType<typeof ganvas.Tensor>) =>
          x
            .sub(ganvas.tensor([1, 2]))
            .square()
            .sum();
        const from = ganvas.tensor([4, -3]);
        const [g] = ganvas.grad(loss(from), [from]);
        const [before, left] = [await loss(from).item(), await loss(from.sub(g.mul(rate))).item()];
        expectThat(
          left < 1e-3,
          `With ${rate} one step takes the loss from ${before} to ${Number(left.toPrecision(3))}; it should reach 0.`,
        );
      },
      because: "The gradient is 2(x − c), so that half of it is exactly the way to c.",
    },
    {
      exercise: "normalise",
      ask: "Gradients are tensors like any other, so you can compute with them. Write a function that takes a gradient and returns it with length 1, whatever its length was: then each step is as long as the learning rate.",
      start: `const answer = (g: Tensor) => {
  return g; // g.square().sum().sqrt() is its length
};`,
      right: `const answer = (g: Tensor) => {
  return g.div(g.square().sum().sqrt());
};`,
      wrong: ["const answer = (g) => g;", /length 5/],
      async check({ answer, ganvas }) {
        const g = ganvas.tensor([3, -4]);
        const unit = tensorOf(await functionOf(answer)(g), [2], ganvas);
        const length = await unit.square().sum().sqrt().item();
        expectThat(
          Math.abs(length - 1) < 1e-4,
          `Of [3, -4] it makes a tensor of length ${Number(length.toPrecision(3))}, and it should be 1.`,
        );
        expectThat(
          (await farthest(unit, g.mul(0.2))) < 1e-4,
          "It should keep the direction of the gradient.",
        );
      },
      because:
        "Dividing by the length leaves the direction only. Gradient penalties of GANs work with this same length.",
    },
  ],
};

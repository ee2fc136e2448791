/** Lesson: the Laplacian pyramid, and what LAPGAN makes of it. */
import { expectThat, farthest, functionOf, numberOf, tensorOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

export const pyramid: Lesson = {
  name: "pyramid",
  title: "The Laplacian pyramid",
  lead: "After this lesson you can take a picture apart into a coarse one and the detail that it lacks, put it together again without loss, and see why a GAN for each step has an easier task.",
  blocks: [
    {
      text: "To draw a picture at once, a generator must get the whole figure and every fine line right together. LAPGAN divides the work: first a tiny picture, then, step by step, the **detail** that makes it twice as large. It needs a way to split pictures so that nothing is lost: the Laplacian pyramid of Burt and Adelson (1983).",
    },
    {
      cell: "split",
      code: `import { randn, Rng, tensor, type Tensor } from "ganvas";
import { pyrDown, pyrUp, splitLevel } from "ganvas/models/lapgan/pyramid";
import { drawnDigits } from "ganvas/models/datasets/drawn-digits";

// A drawn digit, with a border that makes it 32 × 32.
const { picture } = await drawnDigits().item(5);
const image = tensor(Float32Array.from(picture as Uint8Array), [1, 28, 28, 1])
  .div(255)
  .pad([0, 2, 2, 0], [0, 2, 2, 0]);

const { coarse, lowPass, bandPass } = splitLevel(image, 16, "burt-adelson");
show("image", image);
show("coarse, 16 × 16", coarse);
show("coarse, enlarged", lowPass);
show("the detail it lacks", bandPass, "signed");`,
    },
    {
      look: "The detail is what the enlarged picture lacks: zero (no colour) where the picture is plain, and large along edges.",
      at: { cell: "split", output: "the detail it lacks" },
    },
    {
      formula: [
        "mrow",
        ["msub", "h", "k"],
        "=",
        ["msub", "I", "k"],
        "− u (",
        ["msub", "I", ["mrow", "k + 1"]],
        ") ,",
        ["mspace"],
        ["msub", "I", ["mrow", "k + 1"]],
        "= d (",
        ["msub", "I", "k"],
        ")",
      ],
      means:
        "d blurs a picture and halves it, u enlarges it again. The detail h of a level is the picture I minus the enlarged coarser one.",
    },
    {
      text: "Since the detail is defined as the difference, adding it back gives the picture **exactly**, however badly `d` and `u` blur. Split the coarse picture again, and you have a pyramid.",
    },
    {
      cell: "levels",
      code: `const middle = splitLevel(coarse, 8, "burt-adelson");

show("8 × 8", middle.coarse);
show("detail of 16 × 16", middle.bandPass, "signed");
show("detail of 32 × 32", bandPass, "signed");

const back16 = pyrUp(middle.coarse, 16, "burt-adelson").add(middle.bandPass);
const back32 = pyrUp(back16, 32, "burt-adelson").add(bandPass);
show("rebuilt", back32);
show("largest error", back32.sub(image).abs().max());`,
    },
    {
      look: "Rebuilt from 8 × 8 pixels and two details; the error is rounding.",
      at: { cell: "levels", output: "largest error" },
    },
    {
      exercise: "count",
      ask: "A picture of 32 × 32 pixels has 1024 numbers. How many numbers has its pyramid of the levels 32, 16 and 8 (two details and the coarsest picture)?",
      start: "const answer = 1024;",
      right: "const answer = 1344;",
      wrong: ["const answer = 1280;", /coarsest picture, too/],
      async check({ answer, cells, ganvas }) {
        const given = await numberOf(answer, ganvas);
        const { coarse, bandPass } = cells.middle as { coarse: { size: number }; bandPass: { size: number } };
        const details = (cells.bandPass as { size: number }).size + bandPass.size;
        expectThat(
          given !== details,
          `${given} counts the details only: the coarsest picture, too, is needed.`,
        );
        expectThat(
          given === details + coarse.size,
          `It is not ${given}. Each level has a quarter of the numbers of the one before.`,
        );
      },
      because: "32² + 16² + 8² = 1344: a third more than the picture, however many levels there are.",
    },
    {
      exercise: "rebuild",
      ask: 'Write the other way: a function that is given the coarsest picture and the details from small to large, and rebuilds the picture. Each detail is twice as large as what stands before it; `pyrUp(x, size, "burt-adelson")` enlarges.',
      start: `const answer = (coarsest: Tensor, details: Tensor[]) => {
  let picture = coarsest;
  for (const detail of details) {
    const size = detail.shape[1];
    picture = pyrUp(picture, size, "burt-adelson");
  }
  return picture;
};`,
      right: `const answer = (coarsest: Tensor, details: Tensor[]) => {
  let picture = coarsest;
  for (const detail of details) {
    const size = detail.shape[1];
    picture = pyrUp(picture, size, "burt-adelson").add(detail);
  }
  return picture;
};`,
      wrong: [
        `const answer = (coarsest, details) => {
  let picture = coarsest;
  for (const detail of details) picture = pyrUp(picture, detail.shape[1], "burt-adelson");
  return picture;
};`,
        /only enlarges/,
      ],
      async check({ answer, cells, ganvas }) {
        const image = tensorOf(cells.image, [1, 32, 32, 1], ganvas);
        const { coarse, bandPass } = cells.middle as Record<"coarse" | "bandPass", typeof image>;
        const made = tensorOf(
          await functionOf(answer)(coarse, [bandPass, cells.bandPass]),
          [1, 32, 32, 1],
          ganvas,
        );
        const off = await farthest(made, image);
        const blurred = (cells.pyrUp as (x: typeof image, size: number, kind: string) => typeof image)(
          (cells.pyrUp as (x: typeof image, size: number, kind: string) => typeof image)(
            coarse,
            16,
            "burt-adelson",
          ),
          32,
          "burt-adelson",
        );
        expectThat(
          (await farthest(made, blurred)) > 1e-3,
          "That only enlarges: the details are never added.",
        );
        expectThat(
          off < 1e-4,
          `The rebuilt picture differs from the original by up to ${off.toPrecision(2)}.`,
        );
      },
      because:
        "Enlarge, add the detail, and so on: a GAN of each level has nothing to do but to make up its detail.",
    },
    { heading: "A generator for each level" },
    {
      text: "In LAPGAN the coarsest picture is drawn by an ordinary GAN. At each level above, a generator is given the enlarged picture and noise, and makes a detail; a discriminator sees the enlarged picture with a detail, and says whether the two belong to a real picture. The levels are trained apart from each other, on real pictures split as above. What would a detail look like that ignores its picture?",
    },
    {
      cell: "made-up",
      code: `// As strong as the true detail, but drawn by chance.
const strength = bandPass.square().mean().sqrt();
const chance = randn(bandPass.shape, new Rng(1)).mul(strength);

show("with the true detail", lowPass.add(bandPass));
show("with detail by chance", lowPass.add(chance));
show("with none", lowPass);
show("strength of the detail", strength);
show("strength of the image", image.square().mean().sqrt());`,
    },
    {
      look: "The same strength in the wrong places is noise: the generator has to learn that detail lies along the edges of the picture that it is given. This is why it is given that picture.",
      at: { cell: "made-up", output: "with detail by chance" },
    },
    {
      look: "The detail is weaker than the image. What a level's generator has to get right is small, whatever the picture shows.",
      at: { cell: "made-up", output: "strength of the detail" },
    },
    {
      go: "The system `lapgan` trains such a pyramid, each level a stage of its own; begin with small pictures.",
      to: "#/train?system=lapgan",
    },
  ],
};

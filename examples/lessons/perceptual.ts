/** Lesson: comparing pictures by what a network sees in them. */
import type { Tensor } from "../../engine/index.ts";
import { expectThat, functionOf, numberOf } from "./answers.ts";
import type { Lesson } from "./lesson.ts";

/** What the cells declare, as checks need it. */
interface Declared {
  readonly image: Tensor;
  readonly shifted: Tensor;
  readonly blurred: Tensor;
  readonly look: (picture: Tensor, stage: number) => Tensor;
}

export const perceptual: Lesson = {
  name: "perceptual",
  title: "Perceptual loss",
  lead: "After this lesson you know why super-resolution with squared errors is blurred, and how to compare pictures by content instead of pixel by pixel.",
  blocks: [
    {
      text: "SRGAN makes small photographs large. A network trained to make the **squared error** of the pixels small does what is safest: where it does not know where exactly an edge lies, it draws the average of all places, a blur. Squared error likes that. Look at two changes of one picture.",
    },
    {
      cell: "changes",
      code: `import { Adam, avgPool2d, maxPool2d, mse, Parameter, rand, Rng, tensor } from "ganvas";
import type { Tensor } from "ganvas";
import { drawnDigits } from "ganvas/models/datasets/drawn-digits";

const { picture } = await drawnDigits().item(8);
const image = tensor(Float32Array.from(picture as Uint8Array), [1, 28, 28, 1]).div(255);
const shifted = image.roll(2, 2); // two pixels to the right
const blurred = avgPool2d(image, { kernel: 5, stride: 1, padding: 2 });

show("image", image);
show("shifted", shifted);
show("blurred", blurred);
show("squared error of the shifted one", mse(image, shifted));
show("squared error of the blurred one", mse(image, blurred));`,
    },
    {
      look: "By pixels, the blurred digit is much nearer to the image than the same digit two pixels further on. No person would say so.",
      at: { cell: "changes", output: "squared error of the blurred one" },
    },
    { heading: "Through the eyes of a network" },
    {
      text: "A classifier turns a picture into **feature maps**, from edges in its first layers to shapes in its last. Compare those instead of pixels. The SRGAN paper takes VGG19, trained on photographs; it is too large for this page, so we take our own small classifier of digits.",
    },
    {
      formula: [
        "mrow",
        ["msub", "L", "k"],
        "( a , b ) =",
        "mean",
        ["msup", ["mrow", "(", ["msub", "φ", "k"], "( a ) −", ["msub", "φ", "k"], "( b ) )"], "2"],
      ],
      means:
        "The perceptual loss at layer k: the mean square difference of the feature maps φ that the network computes there.",
    },
    {
      cell: "features",
      code: `import { parseClassifier } from "ganvas/models/features/classifier";

const file = "mnist-classifier.safetensors";
const classifier = parseClassifier(await weights(file), file);

// What the classifier computes of a picture, up to a stage: 0 is the first.
const look = (picture: Tensor, stage: number) => {
  let x = picture.mul(2).sub(1); // it was trained with pixels from -1 to 1
  for (let s = 0; s <= stage; s++) {
    if (s > 0) x = maxPool2d(x, { kernel: 2 });
    for (const block of classifier.stages[s]) x = block.forward(x);
  }
  return x;
};
const last = classifier.stages.length - 1;

show("stages", classifier.stages.length);
const channels = (maps: Tensor) => maps.permute([3, 1, 2, 0]); // each a picture
show("first stage", channels(look(image, 0)));
show("last stage", channels(look(image, last)));`,
    },
    {
      look: "Each square is a channel: most of these show edges of one direction, or the ground.",
      at: { cell: "features", output: "first stage" },
    },
    {
      look: "Deeper channels are small and abstract. Where exactly a stroke lies is hardly to be seen in them.",
      at: { cell: "features", output: "last stage" },
    },
    {
      cell: "compare",
      code: `const table: number[][] = [];
for (let stage = 0; stage <= last; stage++) {
  const of = async (other: Tensor) => mse(look(image, stage), look(other, stage)).item();
  const [s, b] = [await of(shifted), await of(blurred)];
  table.push([s, b, s / b]);
}
show("a row a stage: shifted, blurred, shifted ÷ blurred", tensor(table));`,
    },
    {
      look: "The last column: how many times farther the shifted digit is than the blurred one. The deeper the layer, the smaller it becomes: deep features forgive a shift more readily than a blur.",
      at: { cell: "compare", output: "a row a stage: shifted, blurred, shifted ÷ blurred" },
    },
    {
      exercise: "loss",
      ask: "Write the perceptual loss of two pictures at the last stage. `look`, `last` and `mse` are at hand.",
      start: `const answer = (a: Tensor, b: Tensor) => {
  return mse(a, b);
};`,
      right: `const answer = (a: Tensor, b: Tensor) => {
  return mse(look(a, last), look(b, last));
};`,
      wrong: ["const answer = (a, b) => mse(a, b);", /compares pixels/],
      async check({ answer, cells, ganvas }) {
        const { image, shifted, blurred, look } = cells as unknown as Declared;
        const loss = functionOf(answer) as (a: Tensor, b: Tensor) => unknown;
        const given = await numberOf(await loss(image, shifted), ganvas);
        const byPixels = await ganvas.mse(image, shifted).item();
        expectThat(
          Math.abs(given - byPixels) > 1e-7,
          "That compares pixels: compare what the network computes of them.",
        );
        for (const other of [shifted, blurred]) {
          const wanted = await ganvas
            .mse(look(image, cells.last as number), look(other, cells.last as number))
            .item();
          const found = await numberOf(await loss(image, other), ganvas);
          expectThat(
            Math.abs(found - wanted) < 1e-4 * Math.abs(wanted) + 1e-8,
            `For one pair it gives ${found.toPrecision(3)}, and the engine ${wanted.toPrecision(3)}.`,
          );
        }
      },
      because:
        "The network is fixed: the gradient flows through it to the pixels, and tells them how to look more alike.",
    },
    { heading: "What two pictures share" },
    {
      text: "To see what a layer knows, begin with noise and change its **pixels** until the layer says the same as of the image. What the layer does not see stays noise.",
    },
    {
      cell: "rebuild",
      code: `async function rebuild(stage: number) {
  const noise = await rand([1, 28, 28, 1], new Rng(1)).data();
  const canvas = new Parameter("pixels", [1, 28, 28, 1], noise);
  const adam = new Adam([canvas], { lr: 0.05 });
  const wanted = look(image, stage).detach();
  for (let step = 0; step < 60; step++) adam.minimize(mse(look(canvas, stage), wanted));
  return canvas.clamp({ min: 0, max: 1 });
}
const [early, late] = [await rebuild(0), await rebuild(last)];
show("from the first stage", early);
show("from the last stage", late);

const names = (picture: Tensor) => classifier.forward(picture.mul(2).sub(1)).argmax(1);
show("the classifier takes the first for", names(early));
show("the classifier takes the last for", names(late));`,
    },
    {
      look: "The first stage knows nearly every pixel.",
      at: { cell: "rebuild", output: "from the first stage" },
    },
    {
      look: "The last one knows what is in the picture, and little of where. The classifier is content with it; we are not. A loss at a deep layer alone does not make a good picture.",
      at: { cell: "rebuild", output: "from the last stage" },
    },
    {
      text: "SRGAN adds this loss, which asks for the right content, to an adversarial one, which asks for a picture that looks real. Neither alone is enough: features do not see fine texture, and a discriminator alone does not care which photograph it is.",
    },
    {
      exercise: "cross",
      ask: "By pixels the shifted digit is farther from the image than the blurred one. At which stage (0 is the first) is it nearest in comparison: at which is shifted ÷ blurred smallest?",
      start: "const answer = 0;",
      right: "const answer = last;",
      wrong: ["const answer = 0;", /At stage 0/],
      async check({ answer, cells, ganvas }) {
        const { image, shifted, blurred, look } = cells as unknown as Declared;
        const given = await numberOf(answer, ganvas);
        const stages = (cells.last as number) + 1;
        expectThat(
          Number.isInteger(given) && given >= 0 && given < stages,
          `Stages are 0 to ${stages - 1}; it is ${given}.`,
        );
        const ratios: number[] = [];
        for (let stage = 0; stage < stages; stage++) {
          const of = (other: Tensor) => ganvas.mse(look(image, stage), look(other, stage)).item();
          ratios.push((await of(shifted)) / (await of(blurred)));
        }
        const least = Math.min(...ratios);
        expectThat(
          ratios[given] === least,
          `At stage ${given} it is ${ratios[given]?.toPrecision(3)}; somewhere it is ${least.toPrecision(3)}.`,
        );
      },
      because:
        "Each stage halves the picture, and each of its maps looks at more pixels at once: a shift matters less and less.",
    },
    {
      go: "The page *Upscale* enlarges photographs by both: SRResNet learned by pixels, SRGAN by features and a discriminator.",
      to: "#/upscale",
    },
  ],
};

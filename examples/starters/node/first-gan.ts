/** A first GAN, complete: learns to make points on a circle out of noise. `npx ganvas run first-gan.ts` */
import {
  Adam,
  bceWithLogits,
  close,
  leakyRelu,
  Linear,
  manualSeed,
  randn,
  relu,
  Sequential,
  type Tensor,
} from "ganvas";

manualSeed(1);

/** What is to be learnt: n points, [n, 2], on a circle of radius 1, scattered by 0.05. */
function realPoints(n: number): Tensor {
  const direction = randn([n, 2]);
  const onCircle = direction.div(direction.norm(1, { keepDims: true }));
  return onCircle.add(randn([n, 2]).mul(0.05));
}

const generator = new Sequential(new Linear(2, 64), relu, new Linear(64, 64), relu, new Linear(64, 2));
const slope = (x: Tensor) => leakyRelu(x, 0.2);
const discriminator = new Sequential(new Linear(2, 64), slope, new Linear(64, 64), slope, new Linear(64, 1));

const learnG = new Adam(generator.parameters(), { lr: 1e-3, betas: [0.5, 0.999] });
const learnD = new Adam(discriminator.parameters(), { lr: 1e-3, betas: [0.5, 0.999] });

const n = 128;
const steps = Number(process.argv[2] ?? 600);
for (let step = 1; step <= steps; step++) {
  // The discriminator: real points are to be called 1, made-up ones 0. detach: the generator does not learn from this.
  const fake = generator.forward(randn([n, 2])).detach();
  const lossD = bceWithLogits(discriminator.forward(realPoints(n)), 1).add(
    bceWithLogits(discriminator.forward(fake), 0),
  );
  learnD.minimize(lossD);

  // The generator: what it makes is to be called 1.
  const lossG = bceWithLogits(discriminator.forward(generator.forward(randn([n, 2]))), 1);
  learnG.minimize(lossG);

  // Reading waits for the device, so it is done now and then only.
  if (step % 100 === 0 || step === steps)
    console.log(`step ${step}: D ${(await lossD.item()).toFixed(3)}, G ${(await lossG.item()).toFixed(3)}`);
}

const distance = generator
  .forward(randn([1000, 2]))
  .norm(1)
  .mean();
console.log(
  `1000 made-up points lie ${(await distance.item()).toFixed(2)} from the middle; the circle's radius is 1`,
);
await close();

/** What the page shows of a toy GAN's plane is what the judge measures. */
import { expect, test } from "vitest";
import { init, tensor } from "../../../engine/index.ts";
import { DISTRIBUTIONS } from "../../../models/toy/distributions.ts";
import { discriminatorField } from "../../../models/toy/fields.ts";
import { PointDiscriminator, PointGenerator } from "../../../models/toy/networks.ts";
import { ToySampler } from "../../../models/toy/sampler.ts";
import { SCENE_POINTS, sceneOf } from "../../../models/toy/scene.ts";

test("its divergences and modes are those of the judge, its field the discriminator's own answers", async () => {
  await init();
  const distribution = DISTRIBUTIONS.circle;
  const { reach } = distribution;
  const sampler = new ToySampler(new PointGenerator({ units: 8, reach }).eval(), reach);
  const judge = new PointDiscriminator({ units: 8, reach });
  const grid = { reach, cells: 6 };
  const field = await discriminatorField((at) => judge.forward(at), grid);
  const scene = sceneOf(distribution, { grid, field, made: await sampler.points(SCENE_POINTS, 1), seed: 1 });

  const { scores } = await sampler.judge(distribution, SCENE_POINTS, 1);
  const of = (name: string) => scores.find((score) => score.name.startsWith(name))?.value;
  expect(scene.divergences.js).toBe(of("Jensen"));
  expect(scene.divergences.kl).toBe(of("KL(real"));
  expect(scene.divergences.reverseKl).toBe(of("KL(generated"));
  expect(scene.modes?.found).toBe(of("modes"));
  expect(scene.modes?.nearby).toBe(of("share"));

  // The second cell of the third row from below.
  const at = [-reach + (1.5 * 2 * reach) / 6, -reach + (2.5 * 2 * reach) / 6];
  const [logit] = await judge.forward(tensor(Float32Array.from(at), [1, 2])).data();
  expect(scene.field.logits[2 * 6 + 1]).toBeCloseTo(logit as number, 5);

  // The density of a picture adds up to what lies within it.
  const { cells, values } = scene.density;
  const area = ((2 * reach) / cells) ** 2;
  expect(values.reduce((sum, value) => sum + value * area, 0)).toBeCloseTo(1, 3);
});

/** GAN, DCGAN and toy GAN as systems: what is planned for which data, weights that come back as samplers, sentences for what is wrong. */
import { describe, expect, test } from "vitest";
import { integer, randomBits } from "../../../engine/random.ts";
import { encodeCheckpoint, writeSafetensors } from "../../../engine/io/index.ts";
import type { Dataset } from "../../../models/datasets/dataset.ts";
import type { OpenOptions } from "../../../models/datasets/options.ts";
import { dcgan } from "../../../models/dcgan/system.ts";
import { gan } from "../../../models/gan/system.ts";
import type { Request, System } from "../../../models/system.ts";
import { toy } from "../../../models/toy/system.ts";

/** Pictures of random pixels. */
const noise = (side: number, channels: 1 | 3, size: number, classes: readonly string[] = []): Dataset => ({
  name: "noise",
  size,
  shape: [side, side, channels],
  classes,
  fingerprint: `noise/${side}/${channels}/${size}`,
  item: (k) => ({
    picture: Uint8Array.from({ length: side * side * channels }, (_, at) =>
      integer(randomBits(1, k, at)[0], 256),
    ),
    label: classes.length > 0 ? k % classes.length : 0,
  }),
});

interface Asked {
  readonly preset?: string;
  readonly options?: Readonly<Record<string, number | boolean>>;
  readonly path?: string;
}

/** A request for a set that is already open. */
function request(
  system: System,
  dataset: Dataset,
  { preset = system.usual, options = {}, path = "set" }: Asked,
) {
  const openDataset = async (_: string, { channels }: OpenOptions = {}) => ({
    dataset: channels === 1 ? { ...dataset, shape: [dataset.shape[0], dataset.shape[1], 1] } : dataset,
    what: "noise",
    leftOut: ["x.txt: not a picture"],
  });
  return {
    options,
    preset,
    path,
    chosen: new Set<string>(),
    host: { openDataset },
    leaveOut: () => {},
  } as unknown as Request;
}

async function planned(system: System, dataset: Dataset, asked: Asked = {}) {
  const of = request(system, dataset, asked);
  return (await system.plan(of, await system.open(of))) as unknown as Readonly<Record<string, unknown>>;
}

describe("what is planned", () => {
  test("a small set of photographs: mirrored and augmented, unless told otherwise or as in the paper", async () => {
    const few = noise(64, 3, 50);
    expect(await planned(dcgan, few)).toMatchObject({
      system: "dcgan",
      preset: "modern",
      side: 64,
      channels: 3,
      mirror: true,
      augment: ["translation", "cutout", "colour"],
    });
    expect(await planned(dcgan, few, { options: { mirror: false, augment: false, width: 8 } })).toMatchObject(
      {
        mirror: false,
        augment: [],
        width: 8,
        discriminatorWidth: 8,
      },
    );
    expect(await planned(dcgan, few, { preset: "paper" })).toMatchObject({ augment: [], norm: "batch" });
  });

  test("many digits: neither", async () => {
    expect(await planned(dcgan, noise(28, 1, 10_000))).toMatchObject({
      mirror: false,
      augment: [],
      side: 28,
    });
  });

  test("three digits at once", async () => {
    const digits = noise(28, 1, 10_000, [..."0123456789"]);
    const recipe = await planned(dcgan, digits, { preset: "modes", options: { stacked: true } });
    expect(recipe).toMatchObject({ channels: 3, stacked: true, mirror: false, loss: "relativistic-pairing" });
    await expect(planned(dcgan, noise(28, 1, 10), { options: { stacked: true } })).rejects.toThrow(
      "set: --stacked needs digits in ten classes, found 0",
    );
  });

  test("sizes that there are not, and single pictures, are refused", async () => {
    await expect(planned(dcgan, noise(96, 3, 50))).rejects.toThrow(
      "28, 32, 64, 128, … pixels a side, not of 96",
    );
    await expect(planned(dcgan, noise(64, 3, 50), { options: { size: 48 } })).rejects.toThrow("not of 48");
    await expect(planned(dcgan, noise(64, 3, 1))).rejects.toThrow("needs at least two pictures, found 1");
  });
});

const small = { width: 4, batch: 4 };

describe("weights that a run has made", () => {
  test.each([
    { system: dcgan, dataset: noise(28, 1, 20), options: small, size: [28, 28, 1] },
    { system: gan, dataset: noise(8, 3, 20), options: { batch: 4 }, size: [8, 8, 3] },
    {
      system: toy,
      dataset: noise(8, 1, 20),
      options: { batch: 8, units: 8 },
      size: [320, 320, 3],
      path: "circle",
    },
  ])(
    "$system.name: come back as a sampler, which makes the same pictures from the same seed",
    async (given) => {
      const { system, dataset, size } = given;
      const asked = request(system, dataset, given);
      const data = await system.open(asked);
      const { trainer, source, sheet } = await system.start(await system.plan(asked, data), data, asked);
      await trainer.update(await source.batch(0)).data();
      const before = encodeCheckpoint(await trainer.checkpoint());
      expect((await sheet?.())?.width).toBeGreaterThan(0);
      // Looking on changes nothing.
      expect(Buffer.compare(encodeCheckpoint(await trainer.checkpoint()), before)).toBe(0);
      const { tensors, metadata } = await trainer.weights();
      const file = writeSafetensors(tensors, metadata);
      const sampler = await system.load?.(file, "model.safetensors");
      const sample = async (seed: number) => {
        const samples = await sampler?.sample({ count: 4, seed, walk: false });
        const images = samples?.rows.flat() ?? [];
        for (const image of images) expect([image.height, image.width, image.channels]).toEqual(size);
        return Buffer.concat(images.map(({ data }) => data));
      };
      const [first, again, other] = [await sample(1), await sample(1), await sample(2)];
      // Not by `toEqual`, which takes a minute for so many bytes.
      expect(Buffer.compare(again, first)).toBe(0);
      expect(Buffer.compare(other, first)).not.toBe(0);
      const stranger = system === gan ? dcgan : gan;
      await expect(stranger.load?.(file, "model.safetensors")).rejects.toThrow(
        /model.safetensors does not hold a generator of .*, system: /,
      );
    },
  );
});

test("a walk has ten pictures a row, the end of each the next one's beginning; classes are refused", async () => {
  const asked = request(dcgan, noise(28, 1, 20), { options: small });
  const data = await dcgan.open(asked);
  const { trainer } = await dcgan.start(await dcgan.plan(asked, data), data, asked);
  const { tensors, metadata } = await trainer.weights();
  const sampler = await dcgan.load?.(writeSafetensors(tensors, metadata), "model");
  const { rows } = (await sampler?.sample({ count: 15, seed: 3, walk: true })) ?? { rows: [] };
  expect(rows.map((row) => row.length)).toEqual([10, 10]);
  expect(rows[1]?.[0]).toEqual(rows[0]?.[9]);
  await expect(sampler?.sample({ count: 1, seed: 0, walk: false, class: "7" })).rejects.toThrow(
    'DCGAN knows no classes, so it cannot make one of "7"',
  );
});

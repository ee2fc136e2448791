/** Files of SRResNets under the names that others give: prefixes, and the namings of other projects. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type HostTensor, writeSafetensors } from "../../../engine/io/index.ts";
import type { SRResNetConfig } from "../../../models/super-resolution/srresnet.ts";
import { readSRResNet } from "../../../models/super-resolution/srresnet-files.ts";
import { madeUpWeights } from "../../cli/samples.ts";
import { givenFolder } from "../../engine/data/given.ts";

const LORNATANG: Partial<SRResNetConfig> = { prelu: "shared", output: "linear01" };
const LEFTTHOMAS: Partial<SRResNetConfig> = { prelu: "shared", convBias: true, output: "tanh01" };

/** Each of our names after `rules`, the first that fits. */
const renamed = (dict: ReadonlyMap<string, HostTensor>, rules: readonly (readonly [RegExp, string])[]) =>
  new Map(
    [...dict].map(([name, tensor]) => {
      const [from, to] = rules.find(([pattern]) => pattern.test(name)) ?? [/^/, ""];
      return [name.replace(from, to), tensor];
    }),
  );

const lornatang = (conv: string) =>
  [
    [/^head\.conv/, `${conv}1.0`],
    [/^head\.act/, `${conv}1.1`],
    [/^body\.(\d+)\.conv1/, "trunk.$1.rcb.0"],
    [/^body\.(\d+)\.bn1/, "trunk.$1.rcb.1"],
    [/^body\.(\d+)\.act/, "trunk.$1.rcb.2"],
    [/^body\.(\d+)\.conv2/, "trunk.$1.rcb.3"],
    [/^body\.(\d+)\.bn2/, "trunk.$1.rcb.4"],
    [/^trunk\.conv/, `${conv}2.0`],
    [/^trunk\.bn/, `${conv}2.1`],
    [/^up\.(\d)\.conv/, "upsampling.$1.upsample_block.0"],
    [/^up\.(\d)\.act/, "upsampling.$1.upsample_block.2"],
    [/^tail/, `${conv}3`],
  ] as const;

/** Of two blocks. */
const leftthomas = [
  [/^head\.conv/, "block1.0"],
  [/^head\.act/, "block1.1"],
  [/^body\.0\.act/, "block2.prelu"],
  [/^body\.0/, "block2"],
  [/^body\.1\.act/, "block3.prelu"],
  [/^body\.1/, "block3"],
  [/^trunk\.conv/, "block4.0"],
  [/^trunk\.(act|bn)/, "block4.1"],
  [/^up\.(\d)\.act/, "block5.$1.prelu"],
  [/^up\.(\d)/, "block5.$1"],
  [/^tail/, "block5.2"],
] as const;

describe("the same weights under other names", () => {
  test.each<[string, Partial<SRResNetConfig>, readonly (readonly [RegExp, string])[]]>([
    ["ours", {}, []],
    ["module.", {}, [[/^/, "module."]]],
    ["_orig_mod.", {}, [[/^/, "_orig_mod."]]],
    ["netG.", {}, [[/^/, "netG."]]],
    ["generator.module.", {}, [[/^/, "generator.module."]]],
    ["Lornatang's first", LORNATANG, lornatang("conv_block")],
    ["Lornatang's later", LORNATANG, lornatang("conv")],
    ["leftthomas's", { ...LEFTTHOMAS, trunkEnd: "prelu" }, leftthomas],
    ["leftthomas's newest, with batch norm at the trunk's end", LEFTTHOMAS, leftthomas],
  ])("%s", (_, config, rules) => {
    const weights = madeUpWeights({ numBlocks: 2, width: 4, ...config });
    const { config: read, weights: dict } = readSRResNet(writeSafetensors(renamed(weights, rules)), "net");
    expect(read).toMatchObject({ numBlocks: 2, width: 4, ...config });
    expect(Object.fromEntries([...dict].map(([name, { data }]) => [name, data]))).toEqual(
      Object.fromEntries([...weights].map(([name, { data }]) => [name, data])),
    );
  });
});

const folder = (name: string) => givenFolder(`cases/${name}`);
const read = (path: string) => readSRResNet(new Uint8Array(readFileSync(path)), path);

describe.skipIf(folder("names") === undefined)("files given in cases", () => {
  test.each([
    "names/module.pth",
    "names/prefixG.pth",
    "names/nested.pth.tar",
    "pth/devsize.pth",
    "pth/expand.pth",
  ])("%s is an SRResNet of eight blocks", (name) => {
    const { config, weights } = read(join(folder("") ?? "", name));
    expect(config).toMatchObject({ numBlocks: 8, width: 32, trunkEnd: "bn", output: "linear" });
    expect(weights.has("tail.bias")).toBe(true);
  });

  test("leftthomas's newest form is told apart from the older", () => {
    const { config } = read(join(folder("leftthomas_bn") ?? "", "lt_bn_x4.pth"));
    expect(config).toMatchObject({
      numBlocks: 5,
      width: 64,
      trunkEnd: "bn",
      prelu: "shared",
      output: "tanh01",
    });
  });

  test("weights that are not finite are refused", () => {
    expect(() => read(join(folder("black") ?? "", "nan_f16.pth"))).toThrow(
      /holds a value that is not a finite/,
    );
  });
});

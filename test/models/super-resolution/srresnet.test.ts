/** The network's names and sizes, without running it. */
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { tensor } from "../../../engine/index.ts";
import { writeSafetensors } from "../../../engine/io/index.ts";
import { type ModelCase, openFixtures } from "../../fixtures/cases.ts";
import fixtureIndex from "../../fixtures/data/srresnet.json";
import fixtureTensors from "../../fixtures/data/srresnet.safetensors";
import { SRResNet, type SRResNetOptions } from "../../../models/super-resolution/srresnet.ts";
import { metadataOf } from "../../../models/architecture.ts";
import { configOf, readSRResNet } from "../../../models/super-resolution/srresnet-files.ts";
import { madeUpWeights } from "../../cli/samples.ts";

/** As PyTorch counts the same networks. */
const COUNTS: readonly [SRResNetOptions, number][] = [
  [{}, 1_548_547],
  [{ prelu: "shared" }, 1_547_350],
  [{ convBias: true }, 1_550_659],
  [{ convBias: true, prelu: "shared" }, 1_549_462],
  [{ numBlocks: 5, prelu: "shared" }, 733_515],
  [{ numBlocks: 15, prelu: "shared" }, 1_473_365],
  [{ numBlocks: 15, upsample: "deconv" }, 1_252_803],
  [{ numBlocks: 15, upsample: "deconv", prelu: "shared" }, 1_251_795],
];

describe("SRResNet", () => {
  test.each(COUNTS)("%j has %d parameters", (options, count) => {
    expect(new SRResNet(options).parameterCount).toBe(count);
  });

  const fixtures = openFixtures("srresnet", JSON.stringify(fixtureIndex), () => fixtureTensors);
  test.each(fixtures.cases)("$id has PyTorch's names and shapes", (fixture) => {
    const { numBlocks, width, upsample } = (fixture as ModelCase)
      .config as unknown as Required<SRResNetOptions>;
    const theirs = Object.keys(fixture.inputs)
      .filter((name) => name.startsWith("state/") && !name.endsWith("num_batches_tracked"))
      .map((name) => [name.slice("state/".length), fixtures.tensor(fixture, name).shape.join()]);
    const ours = [...new SRResNet({ numBlocks, width, upsample }).fileShapes()];
    expect(theirs.length).toBeGreaterThan(10);
    expect(Object.fromEntries(ours.map(([name, shape]) => [name, shape.join()]))).toEqual(
      Object.fromEntries(theirs),
    );
  });

  test.each(COUNTS)("%j is recognised by its file's names and shapes", (options) => {
    const net = new SRResNet({ ...options, numBlocks: 2, width: 8 });
    expect(configOf(net.fileShapes())).toEqual(net.config);
  });

  test.each([{ padding: "reflect" }, { output: "tanh01" }, { padding: "reflect", prelu: "shared" }] as const)(
    "%j is recognised by its file's metadata too",
    (options) => {
      const { config } = new SRResNet({ ...options, numBlocks: 2, width: 8 });
      const tensors = madeUpWeights(config);
      const read = (metadata: Record<string, string>, prefix = "") =>
        readSRResNet(
          writeSafetensors(new Map([...tensors].map(([name, x]) => [prefix + name, x])), metadata),
          "net.safetensors",
        ).config;
      expect(read(metadataOf(config))).toEqual(config);
      // A checkpoint has its recipe.
      const checkpoint = JSON.stringify({ options: { network: config } });
      expect(read({ checkpoint }, "model.generator.")).toEqual(config);
      // Without: the usual.
      expect(read({})).toEqual({ ...config, padding: "zeros", output: "linear" });
      expect(() => read({ architecture: '{"output":"sigmoid"}' })).toThrow(
        'net.safetensors: its metadata want output "sigmoid", known are linear and linear01 and tanh01',
      );
    },
  );

  test("makes images four times larger in both directions", () => {
    for (const upsample of ["subpixel", "deconv"] as const) {
      const net = new SRResNet({ numBlocks: 1, width: 4, upsample }).eval();
      expect(net.forward(tensor(new Float32Array(2 * 5 * 7 * 3), [2, 5, 7, 3])).shape).toEqual([
        2, 20, 28, 3,
      ]);
    }
  });

  test("refuses images of other shapes by name", () => {
    const net = new SRResNet({ numBlocks: 1, width: 4 }).eval();
    expect(() => net.forward(tensor([1, 2, 3]))).toThrow(ShapeError);
    expect(() => net.forward(tensor(new Float32Array(16), [1, 4, 4, 1]))).toThrow(
      /conv2d: x \[1, 4, 4, 1\] has 1 channels/,
    );
  });

  test("switches all layers between training and evaluation", () => {
    const net = new SRResNet({ numBlocks: 2, width: 4 });
    const modes = () => [net.training, net.body[1]?.bn2.training, net.trunk.bn?.training];
    expect(modes()).toEqual([true, true, true]);
    net.eval();
    expect(modes()).toEqual([false, false, false]);
    net.train();
    expect(modes()).toEqual([true, true, true]);
  });

  test("running statistics are weights but no parameters", () => {
    const net = new SRResNet({ numBlocks: 1, width: 4 });
    const kept = [...net.weights().keys()].filter((name) => !net.parameters().has(name));
    expect(kept.length).toBe(2 * 3);
    for (const name of kept) expect(name).toMatch(/\.running_(mean|var)$/);
  });
});

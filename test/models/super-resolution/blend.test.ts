/** Network interpolation on host tensors, and the names of blends. */
import { describe, expect, test } from "vitest";
import { type HostTensor, hostTensor, toFloat16Bits, writeSafetensors } from "../../../engine/io/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { blendName, interpolateWeights, parseBlend } from "../../../models/super-resolution/blend.ts";
import { blendSRResNets, readSRResNet } from "../../../models/super-resolution/srresnet-files.ts";
import { madeUpWeights } from "../../cli/samples.ts";

/** Weights of the same form whose every number is another, running statistics included. */
function weights(seed: number): Map<string, HostTensor> {
  const entries = [...madeUpWeights()].map(([name, { shape, data }], k) => {
    const least = name.endsWith("running_var") ? 0.01 : -2;
    return [name, hostTensor(fillUniform(new Float32Array(data.length), seed, k, least, 2), shape)] as const;
  });
  return new Map(entries);
}

const numbers = (dict: ReadonlyMap<string, HostTensor>, name: string): Float32Array =>
  dict.get(name)?.data as Float32Array;
const bits = ({ data }: HostTensor): Uint32Array =>
  new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));

const from = weights(1);
const to = weights(2);
numbers(from, "tail.bias").set([-0, 1e-40, 3e38]);
numbers(to, "tail.bias").set([0, -1e-40, -3e38]);

describe("interpolation", () => {
  test.each([0.1, 0.25, 0.5, 0.7, 0.999])("at %d is linear in every number of every tensor", (amount) => {
    const mixed = interpolateWeights(from, to, amount);
    expect([...mixed.keys()]).toEqual([...from.keys()]);
    expect([...mixed.keys()].filter((name) => /running_(mean|var)$/.test(name)).length).toBe(6);
    for (const [name, { data, shape }] of mixed) {
      const [a, b] = [numbers(from, name), numbers(to, name)];
      // In double precision, along another path than the formula's: from the first towards the second.
      const wanted = Array.from(a, (x, k) => x + amount * ((b[k] as number) - x));
      expect(shape).toEqual(from.get(name)?.shape);
      Array.from(data as Float32Array).forEach((x, k) => {
        const [low, high] = [a[k] as number, b[k] as number].sort((p, q) => p - q) as [number, number];
        // Half a unit in the last place, and what double precision rounds.
        expect(Math.abs(x - (wanted[k] as number))).toBeLessThanOrEqual(
          2 ** -24 * Math.abs(wanted[k] as number) * (1 + 1e-6) + 1e-45 + 1e-15 * (high - low),
        );
        expect(x >= Math.fround(low) && x <= Math.fround(high)).toBe(true);
      });
    }
  });

  test("gives the networks themselves at its ends, bit by bit, in arrays of their own", () => {
    for (const [amount, end] of [
      [0, from],
      [1, to],
    ] as const) {
      const mixed = interpolateWeights(from, to, amount);
      for (const [name, x] of mixed) {
        expect(bits(x), `${name} at ${amount}`).toEqual(bits(end.get(name) as HostTensor));
        expect(x.data.buffer).not.toBe(end.get(name)?.data.buffer);
      }
    }
  });

  test("reads half precision as the numbers it holds", () => {
    const half = hostTensor(toFloat16Bits(new Float32Array([1, -2])), [2], "f16");
    const single = hostTensor(new Float32Array([3, 2]), [2]);
    const mixed = interpolateWeights(new Map([["a", half]]), new Map([["a", single]]), 0.5);
    expect(mixed.get("a")).toEqual(hostTensor(new Float32Array([2, 0]), [2]));
  });

  test("refuses tensors that do not correspond, and amounts beyond the two", () => {
    const one = new Map([["a", hostTensor(new Float32Array(2), [2])]]);
    const other = new Map([["a", hostTensor(new Float32Array(2), [1, 2])]]);
    expect(() => interpolateWeights(one, other, 0.5)).toThrow(
      "tensor a has shape [2] in the first network, [1, 2] in the second",
    );
    expect(() => interpolateWeights(one, new Map(), 0.5)).toThrow("only the first network has the tensor a");
    expect(() => interpolateWeights(new Map(), one, 0.5)).toThrow("only the second network has the tensor a");
    for (const amount of [-0.1, 1.1, Number.NaN])
      expect(() => interpolateWeights(one, one, amount)).toThrow(/a number from 0 to 1, got/);
  });
});

describe("networks", () => {
  const file = (name: string, dict = weights(3)) => readSRResNet(writeSafetensors(dict), name);

  test("of one form are blended", () => {
    const [a, b] = [file("a.safetensors", from), file("b.safetensors", to)];
    const blend = blendSRResNets(a, b, 0.5);
    expect(blend.config).toEqual(a.config);
    expect(blend.weights).toEqual(interpolateWeights(a.weights, b.weights, 0.5));
  });

  test("of different forms are refused in one sentence", () => {
    const wide = file("wide.safetensors", madeUpWeights({ numBlocks: 2, width: 8 }));
    expect(() => blendSRResNets(file("a.safetensors"), wide, 0.5)).toThrow(
      /^a\.safetensors and wide\.safetensors cannot be blended, their networks differ in form: numBlocks is 1 and 2, width is 4 and 8$/,
    );
  });
});

describe("the name of a blend", () => {
  test("tells its amount and its ends", () => {
    expect(parseBlend(blendName(0.7))).toEqual({ amount: 0.7, from: "srresnet", to: "srgan" });
    expect(parseBlend("blend:1,a.pth,srgan")).toEqual({ amount: 1, from: "a.pth", to: "srgan" });
    expect(parseBlend("srgan")).toBeUndefined();
    expect(parseBlend("blend.safetensors")).toBeUndefined();
  });

  test.each(["blend:", "blend:0.5,a", "blend:0.5,a,", "blend:0.5,a,b,c", "blend:,a,b"])(
    "%s is refused",
    (name) => {
      expect(() => parseBlend(name)).toThrow(/is no blend; one is written blend:0\.7/);
    },
  );

  test.each(["blend:2", "blend:-1", "blend:half"])("%s is out of range", (name) => {
    expect(() => parseBlend(name)).toThrow(/a blend takes a number from 0 to 1, got/);
  });
});

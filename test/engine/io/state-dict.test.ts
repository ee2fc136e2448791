import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { type HostDtype, hostTensor, toFloat16Bits } from "../../../engine/io/host-tensor.ts";
import { checkNumbers, checkStateDict, networkWithin } from "../../../engine/io/state-dict.ts";

const one = hostTensor(new Float32Array([1]), [1]);
const dict = (...names: string[]) => new Map(names.map((name) => [name, one]));
const found = (...names: string[]) => [...(networkWithin(dict(...names), "head.weight")?.keys() ?? ["none"])];

describe("networkWithin", () => {
  test.each([
    ["as it is", ["head.weight", "tail.bias"], ["head.weight", "tail.bias"]],
    ["parallel", ["module.head.weight", "module.tail.bias"], ["head.weight", "tail.bias"]],
    ["parallel and compiled", ["module._orig_mod.head.weight"], ["head.weight"]],
    ["compiled in part", ["head.weight", "body._orig_mod.0.weight"], ["head.weight", "body.0.weight"]],
    ["of two networks", ["netG.head.weight", "netG.b", "netD.conv.weight"], ["head.weight", "b"]],
    ["deep", ["system.generator.module.head.weight", "epoch"], ["head.weight"]],
    ["averaged before plain", ["net.head.weight", "net_ema.head.weight", "net_ema.b"], ["head.weight", "b"]],
    [
      "generator before another",
      ["a.head.weight", "generator.head.weight", "generator.b"],
      ["head.weight", "b"],
    ],
    [
      "not the optimiser's",
      ["optimizer.m.head.weight", "model.head.weight", "model.b"],
      ["head.weight", "b"],
    ],
    ["only whole names", ["bighead.weight"], ["none"]],
  ])("%s", (_, names, expected) => {
    expect(found(...names)).toEqual(expected);
  });

  test("names that would fall together stay as they are", () => {
    expect(found("head.weight", "module.head.weight")).toEqual(["head.weight", "module.head.weight"]);
  });
});

test("counters of batch norm and of averaged models are no unexpected tensors", () => {
  checkStateDict(new Map([["w", [1]]]), dict("w", "bn.num_batches_tracked", "n_averaged"), "x");
  expect(() => checkStateDict(new Map([["w", [1]]]), dict("w", "v"), "x")).toThrow(/1 tensor unexpected/);
});

describe("checkNumbers", () => {
  const check = (
    values: readonly number[],
    dtype: HostDtype,
    name = "w",
    precision: "f32" | "f16" = "f32",
  ) => {
    const data =
      dtype === "f64"
        ? Float64Array.from(values)
        : dtype === "f16"
          ? toFloat16Bits(Float32Array.from(values))
          : Float32Array.from(values);
    const shape = name === "w" ? [1, values.length] : [values.length];
    return () => checkNumbers(new Map([[name, hostTensor(data, shape, dtype)]]), "net.pth", precision);
  };
  test.each([
    ["NaN", check([1, Number.NaN], "f32"), /^net\.pth: tensor w holds a value that is not a finite number$/],
    ["infinity", check([1 / 0], "f32"), /not a finite number/],
    ["NaN in half precision", check([0, Number.NaN], "f16"), /not a finite number/],
    ["infinity in double precision", check([-1 / 0], "f64"), /not a finite number/],
    [
      "beyond f32",
      check([0, -1e39], "f64"),
      /^net\.pth: tensor w holds -1e\+39, beyond the largest number of f32/,
    ],
    ["rounded to infinity", check([3.4028235678e38], "f64"), /beyond the largest number of f32/],
    [
      "a negative variance",
      check([1, -0.5], "f32", "bn.running_var"),
      /bn\.running_var holds -0\.5, but a var/,
    ],
    [
      "beyond f16",
      check([65520], "f32", "w", "f16"),
      /tensor w holds 65520, but half precision ends at 65504/,
    ],
  ])("refuses %s", (_, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(InputError);
  });

  test.each([
    ["the largest number of f32", check([3.4028234663852886e38], "f64")],
    ["a negative mean", check([-3], "f32", "bn.running_mean")],
    ["a variance of zero", check([0, -0], "f32", "bn.running_var")],
    ["the largest number of f16", check([65519], "f32", "w", "f16")],
    ["beyond f16, in f32", check([65520], "f32")],
    ["a bias beyond f16", check([70000], "f32", "bias", "f16")],
  ])("accepts %s", (_, run) => {
    expect(run).not.toThrow();
  });

  test("integers are left alone", () => {
    checkNumbers(new Map([["running_var", hostTensor(new Int32Array([-1]), [1])]]), "x");
  });
});

/** ESRGAN's families are recognised from names and shapes alone. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { hostTensor } from "../../../engine/io/index.ts";
import { readEsrgan } from "../../../models/super-resolution/esrgan-files.ts";
import { type Dict, middleNames, msrDict, oldNames, rrdbDict, srvggDict } from "./esrgan-made.ts";

const read = (dict: Dict) => readEsrgan(dict, "net.pth");
const under = (prefix: string, dict: Dict): Dict => new Map([...dict].map(([name, x]) => [prefix + name, x]));

describe("recognised", () => {
  test.each<[string, Dict, string, number, number]>([
    ["RRDBNet ×4", rrdbDict(8, 4, 2, 2, 1), "RRDBNet", 4, 1],
    ["RRDBNet ×2", rrdbDict(8, 4, 1, 2, 2), "RRDBNet", 2, 2],
    ["RRDBNet ×1", rrdbDict(8, 4, 1, 2, 4), "RRDBNet", 1, 4],
    ["RRDBNet, names of the paper's code", middleNames(rrdbDict(8, 4, 2, 2, 1)), "RRDBNet", 4, 1],
    ...[0, 1, 2, 3].map((doublings): [string, Dict, string, number, number] => [
      `RRDBNet ×${2 ** doublings}, oldest names`,
      oldNames(rrdbDict(8, 4, 2, doublings, 1), 2, doublings),
      "RRDBNet",
      2 ** doublings,
      1,
    ]),
    ["RRDBNet of several GPUs", under("module.", rrdbDict(8, 4, 1, 2, 1)), "RRDBNet", 4, 1],
    ["RRDBNet as generator", under("netG.", middleNames(rrdbDict(8, 4, 1, 2, 1))), "RRDBNet", 4, 1],
    ...[1, 2, 3, 4, 8].map((scale): [string, Dict, string, number, number] => [
      `SRVGGNetCompact ×${scale}`,
      srvggDict(6, 3, scale),
      "SRVGGNetCompact",
      scale,
      1,
    ]),
    ["MSRResNet ×4", msrDict(6, 2, [2, 2]), "MSRResNet", 4, 1],
    ["MSRResNet ×3", msrDict(6, 2, [3]), "MSRResNet", 3, 1],
    ["MSRResNet ×2", msrDict(6, 2, [2]), "MSRResNet", 2, 1],
  ])("%s", async (_, dict, title, scale, multiple) => {
    const found = read(dict);
    expect([found?.title, found?.network.scale, found?.multiple]).toEqual([title, scale, multiple]);
    expect((found?.radius ?? 0) % multiple).toBe(0);
    const numbers = [...dict.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(found?.network.parameterCount).toBe(numbers);
  });

  test("what is of no family is left to others", () => {
    expect(read(new Map([["head.conv.weight", hostTensor(new Float32Array(1), [1])]]))).toBeUndefined();
  });
});

describe("refused in words", () => {
  const broken = (change: (dict: Dict) => void) => {
    const dict = rrdbDict(8, 4, 1, 2, 1);
    change(dict);
    return () => read(dict);
  };
  test.each<[string, () => unknown, RegExp]>([
    [
      "a layer missing",
      broken((d) => d.delete("conv_hr.bias")),
      /1 tensor missing \(first conv_hr\.bias \[8\]\)/,
    ],
    [
      "a layer too many",
      broken((d) => d.set("extra", hostTensor(new Float32Array(1), [1]))),
      /unexpected .*extra/,
    ],
    [
      "NaN",
      broken((d) => d.set("conv_hr.bias", hostTensor(new Float32Array(8).fill(Number.NaN), [8]))),
      /^net\.pth: tensor conv_hr\.bias holds a value that is not a finite number/,
    ],
    [
      "half a size",
      () => read(rrdbDict(8, 4, 1, 0, 2)),
      /a RRDBNet that enlarges by 0\.5; only whole factors/,
    ],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(InputError);
  });
});

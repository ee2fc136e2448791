/** Cases of the pointwise ops that bring their own float64 form along in their definition. */

import { pointwiseOps } from "../../../engine/ops/index.ts";
import { defineReference } from "../named.ts";
import { numeric } from "../numeric.ts";
import { lift, map, zip } from "../pointwise.ts";
import { type OpCase, opCase, real } from "./case.ts";

export const definedCases: readonly OpCase[] = [...pointwiseOps].flatMap(([name, { check }]) => {
  if (!check) return [];
  const { f64, on } = check;
  const f = numeric(f64);
  defineReference(name, (a, b) => {
    const [x, y] = [lift(a as number), b];
    return y === undefined ? map(x, (v) => f(v)) : zip(x, y, (v, w) => f(v, w));
  });
  const inputs = [[3, 17], ...(f64.length > 1 ? [[17]] : [])].map((shape) => real(shape, ...on));
  return [opCase(`${name} as defined`, inputs, (k, ...xs) => k.named(name, ...xs))];
});

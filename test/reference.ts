/**
 * The float64 truth: every op as plain loops over exact scalars, differentiable twice.
 * Layouts as in the engine: images NHWC, weights [kh, kw, in, out].
 */

import type { RefTensor } from "./reference/array.ts";
import { forms } from "./reference/form.ts";
import { losses } from "./reference/loss.ts";
import { named } from "./reference/named.ts";
import { norms } from "./reference/norm.ts";
import type { Ops } from "./reference/ops.ts";
import { pointwise } from "./reference/pointwise.ts";
import { products } from "./reference/product.ts";
import { reductions } from "./reference/reduce.ts";
import { resampling } from "./reference/resample.ts";

export type { Numbers, RefTensor } from "./reference/array.ts";
export { type Derivatives, differentiate, type RefFunction } from "./reference/differentiate.ts";
export type { Ops } from "./reference/ops.ts";

/** All ops of the reference. */
export const reference: Ops<RefTensor> = {
  ...pointwise,
  named,
  ...reductions,
  ...products,
  ...resampling,
  ...norms,
  ...forms,
  ...losses,
};

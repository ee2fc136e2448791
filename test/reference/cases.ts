/** Every op on small awkward shapes: the table behind the unit tests and the self-test on a user's adapter. */

import type { OpCase } from "./cases/case.ts";
import { formCases } from "./cases/form.ts";
import { imageCases } from "./cases/image.ts";
import { lossCases } from "./cases/loss.ts";
import { normCases } from "./cases/norm.ts";
import { pointwiseCases } from "./cases/pointwise.ts";
import { definedCases } from "./cases/defined.ts";
import { poolCases } from "./cases/pool.ts";
import { productCases } from "./cases/product.ts";
import { reduceCases } from "./cases/reduce.ts";

export type { OpCase } from "./cases/case.ts";

/** All cases by family. */
export const opCases: Readonly<Record<string, readonly OpCase[]>> = {
  pointwise: [...pointwiseCases, ...definedCases],
  reduce: reduceCases,
  product: productCases,
  image: imageCases,
  pool: poolCases,
  norm: normCases,
  form: formCases,
  loss: lossCases,
};

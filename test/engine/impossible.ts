/** An op that no kernel can be made of. */
import { GanvasError } from "../../engine/errors.ts";
import type { KernelOp } from "../../engine/graph/node.ts";
import { record, type Tensor } from "../../engine/tensor.ts";

const IMPOSSIBLE: KernelOp = {
  kind: "kernel",
  name: "impossible",
  launches: () => {
    throw new GanvasError("this cannot be computed");
  },
};

export const impossible = (x: Tensor): Tensor => record(IMPOSSIBLE, [x], x.shape);

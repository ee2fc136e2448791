/** Changing the element type. */
import { type DType, isFloat } from "../dtype.ts";
import { Node, type PointwiseOp } from "./node.ts";

const castTo = (dtype: DType): PointwiseOp => ({
  kind: "pointwise",
  name: "cast",
  // Half precision is widened by loading it and rounded by storing it; within a kernel everything is f32.
  cost: dtype === "f32" ? 0 : 1,
  expression: ([a], t) => `${t}(${a})`,
  gradient: (dy, node) => {
    const { dtype: from } = node.inputs[0] as Node;
    return [isFloat(from) && isFloat(dtype) ? castNode(dy, from) : undefined];
  },
});

const CASTS: Readonly<Record<DType, PointwiseOp>> = {
  f32: castTo("f32"),
  f16: castTo("f16"),
  i32: castTo("i32"),
  u32: castTo("u32"),
};

/** The node's elements as another type; the node itself where it has that type. */
export const castNode = (node: Node, dtype: DType): Node =>
  node.dtype === dtype ? node : new Node(CASTS[dtype], [node], node.shape, dtype);

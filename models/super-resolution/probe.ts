/** What upscaling must know of a stranger's network, read off what it records for a small picture. */
import { GanvasError, type InputError } from "../../engine/errors.ts";
import { type Shape, type Tensor, zeros } from "../../engine/index.ts";

/** What cutting an image into tiles must know of a network. */
export interface Probed {
  readonly scale: number;
  readonly radius: number;
  readonly multiple: number;
  readonly bytesPerPixel: number;
}

/** [1, h, w, 3] in [0, 1] -> [1, s h, s w, 3]. */
type Forward = (lr: Tensor) => Tensor;

/** Side of the picture that is recorded, without the smallest step. */
const PROBE = 64;

/** More of the surroundings hardly matters, however far a network of many layers could see. */
const MOST_RADIUS = 32;

/**
 * @param shown a shape in the words of whoever made the network
 * @param refusal what is thrown where its result is no picture a whole number of times as large, and why
 */
export function probe(
  forward: Forward,
  shown: (shape: Shape) => string,
  refusal: (reason: string) => InputError,
): Probed {
  const { multiple, result, side } = smallestStep(forward, shown, refusal);
  const { radius, floats } = sightOf(result, side);
  return {
    scale: (result.shape[1] as number) / side,
    multiple,
    radius: Math.ceil(Math.min(radius, MOST_RADIUS) / multiple) * multiple,
    bytesPerPixel: Math.ceil((4 * floats) / side ** 2),
  };
}

/** The smallest power of two of which both sides of a picture must be multiples. */
function smallestStep(
  forward: Forward,
  shown: (shape: Shape) => string,
  refusal: (reason: string) => InputError,
) {
  let reason = "";
  for (const multiple of [1, 2, 4, 8, 16, 32, 64]) {
    const side = PROBE + multiple;
    try {
      const result = forward(zeros([1, side, side, 3]));
      const [, h = 0, w = 0, c] = result.shape;
      if (result.rank === 4 && c === 3 && h === w && h % side === 0 && h > 0)
        return { multiple, result, side };
      reason = `${shown([1, side, side, 3])} becomes ${shown(result.shape)}`;
    } catch (error) {
      if (!(error instanceof GanvasError)) throw error;
      reason = error.message;
    }
  }
  throw refusal(reason);
}

/** How far an output pixel sees, in pixels of the input, and the floats of the widest activation. */
function sightOf(result: Tensor, side: number): { radius: number; floats: number } {
  type Node = Tensor["node"];
  const radii = new Map<Node, number>();
  let floats = 0;
  const inner = (node: Node): number => {
    const a = node.attributes as Readonly<Record<string, number>>;
    const { H = 0, OH = 0, KH = 1, KW = 1, DH = 1, DW = 1 } = a;
    const reach = (Math.max((KH - 1) * DH, (KW - 1) * DW) + 1) / 2;
    if (node.op.name === "conv2d" || node.op.name === "maxPool2d") return (reach * side) / H;
    if (node.op.name === "conv2dGradInput") return (reach * side) / Math.max(H, OH);
    if (node.op.name === "resample") return (2 * side) / (node.inputs[0]?.shape[a.axis as number] as number);
    return 0;
  };
  // Deep networks record long chains: no recursion.
  const stack = [result.node];
  while (stack.length > 0) {
    const node = stack.at(-1) as Node;
    const open = node.inputs.filter((input) => !radii.has(input));
    if (open.length > 0) {
      stack.push(...open);
      continue;
    }
    stack.pop();
    floats = Math.max(floats, node.size);
    radii.set(
      node,
      inner(node) + node.inputs.reduce((most, input) => Math.max(most, radii.get(input) ?? 0), 0),
    );
  }
  return { radius: Math.ceil(radii.get(result.node) ?? 0), floats };
}

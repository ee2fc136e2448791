/** Networks of images in ONNX files as super-resolvers. What upscaling must know of one is read off what it records for a small picture. */
import { InputError } from "../../engine/errors.ts";
import { permute, type Tensor, zeros } from "../../engine/index.ts";
import type { OnnxNetwork } from "../../engine/onnx/index.ts";

/** Such a network, with what cutting an image into tiles must know of it. */
export interface OnnxResolver {
  readonly scale: number;
  readonly radius: number;
  readonly multiple: number;
  readonly bytesPerPixel: number;
  /** [1, h, w, 3] in [0, 1] -> [1, s h, s w, 3]. */
  forward(lr: Tensor): Tensor;
}

/** An ONNX file begins with the number of its format, a small one; the first eight bytes of safetensors are a length. */
export const isOnnx = (bytes: Uint8Array): boolean =>
  bytes[0] === 8 &&
  (bytes[1] ?? 0) > 0 &&
  (bytes[1] as number) < 64 &&
  !(bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0));

/** Side of the picture that is recorded, without the smallest step. */
const PROBE = 64;

/** More of the surroundings hardly matters, however far a network of many layers could see. */
const MOST_RADIUS = 32;

/**
 * @param bytes of a network from [n, 3, h, w] in [0, 1] to [n, 3, s h, s w]
 * @throws InputError when it is no such network, or has operators that are not known
 */
export async function readOnnxResolver(bytes: Uint8Array, file: string): Promise<OnnxResolver> {
  const { importOnnx } = await import("../../engine/onnx/index.ts");
  const network = importOnnx(bytes, file).eval();
  const [input, ...others] = network.inputs;
  const axes = input?.axes?.map((axis) => (typeof axis === "number" && axis > 0 ? axis : undefined));
  if (!input || others.length > 0 || (axes && axes.length !== 4))
    throw new InputError(
      `${file}: a network of images takes one input [n, 3, h, w], this one takes ${network.inputs.map(({ name }) => name).join(", ") || "none"}`,
    );
  if (axes?.[1] !== undefined && axes[1] !== 3)
    throw new InputError(
      `${file}: takes pictures of ${axes[1]} channels; upscaling is of three, red, green, blue`,
    );
  if (axes?.[2] !== undefined || axes?.[3] !== undefined)
    throw new InputError(
      `${file}: takes pictures of ${axes[3] ?? "any"}×${axes[2] ?? "any"} pixels alone; export it with height and width left open (dynamic axes)`,
    );
  const forward = (lr: Tensor): Tensor => permute(network.forward(permute(lr, [0, 3, 1, 2])), [0, 2, 3, 1]);
  const { multiple, result, side } = smallestStep(network, forward, file);
  const scale = (result.shape[1] as number) / side;
  const { radius, floats } = sightOf(result, side);
  return {
    scale,
    multiple,
    radius: Math.ceil(Math.min(radius, MOST_RADIUS) / multiple) * multiple,
    bytesPerPixel: Math.ceil((4 * floats) / side ** 2),
    forward,
  };
}

/** The smallest power of two of which both sides of a picture must be multiples. */
function smallestStep(network: OnnxNetwork, forward: (lr: Tensor) => Tensor, file: string) {
  let reason = "";
  for (const multiple of [1, 2, 4, 8, 16, 32, 64]) {
    const side = PROBE + multiple;
    try {
      const result = forward(zeros([1, side, side, 3]));
      const [, h = 0, w = 0, c] = result.shape;
      if (result.rank === 4 && c === 3 && h === w && h % side === 0 && h > 0)
        return { multiple, result, side };
      reason = `[1, 3, ${side}, ${side}] becomes [${[0, 3, 1, 2].map((k) => result.shape[k]).join(", ")}]`;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reason = error.message;
    }
  }
  const { name } = network.outputs[0] ?? { name: "" };
  throw new InputError(
    `${file}: its result ${JSON.stringify(name)} should be a picture a whole number of times as large: ${reason}`,
  );
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

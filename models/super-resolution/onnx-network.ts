/** Networks of images in ONNX files as super-resolvers. */
import { InputError } from "../../engine/errors.ts";
import { permute, type Tensor } from "../../engine/index.ts";
import { showShape } from "../../engine/shape.ts";
import { type Probed, probe } from "./probe.ts";

/** Such a network, with what cutting an image into tiles must know of it. */
export interface OnnxResolver extends Probed {
  /** [1, h, w, 3] in [0, 1] -> [1, s h, s w, 3]. */
  forward(lr: Tensor): Tensor;
}

/** An ONNX file begins with the number of its format, a small one; the first eight bytes of safetensors are a length. */
export const isOnnx = (bytes: Uint8Array): boolean =>
  bytes[0] === 8 &&
  (bytes[1] ?? 0) > 0 &&
  (bytes[1] as number) < 64 &&
  !(bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0));

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
  const { name } = network.outputs[0] ?? { name: "" };
  const probed = probe(
    forward,
    (shape) => showShape(shape.length === 4 ? [0, 3, 1, 2].map((k) => shape[k] as number) : shape),
    (reason) =>
      new InputError(
        `${file}: its result ${JSON.stringify(name)} should be a picture a whole number of times as large: ${reason}`,
      ),
  );
  return { ...probed, forward };
}

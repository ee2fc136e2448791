/**
 * Images of many sizes through one program: each lies in the top left corner of a tensor of one size, and convolutions see zeros
 * beyond its edge, as they do beyond the edge of a tensor that ends there. The numbers within are the same.
 */
import { Scope } from "../scope.ts";
import { expectFunction, GanvasError } from "../errors.ts";
import { whole } from "../ops/pair.ts";
import { checkOptions } from "../options.ts";
import { mul } from "../ops/pointwise.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** Height and width of the tensor that is given to a network, and of the image in it. */
export interface ImageArea {
  readonly height: number;
  readonly width: number;
  readonly imageHeight: number;
  readonly imageWidth: number;
}

const SIZES = ["height", "width", "imageHeight", "imageWidth"] as const;

interface Within {
  readonly area: ImageArea;
  readonly masks: Map<string, Tensor>;
}

const within = new Scope<Within | undefined>(undefined);

/**
 * Records what `forward` computes of an image that lies in a larger tensor. Layers may change the resolution, by the same factor
 * along both axes; layers that mix pixels in another way than by convolving with zeros around must find the image's own last row
 * and column repeated beyond its edge.
 */
export function withinArea<T>(area: ImageArea, forward: () => T): T {
  checkOptions("withinArea", area, SIZES);
  for (const name of SIZES) whole("withinArea", name, area[name], 1);
  expectFunction("withinArea", "forward", forward);
  return within.during({ area, masks: new Map() }, forward);
}

/** x [n, h, w, c] with zeros beyond the image that is being computed, where it lies in a larger tensor. For layers. */
export function withoutBeyond(x: Tensor): Tensor {
  if (!within.current) return x;
  const { area, masks } = within.current;
  const { height, width, imageHeight, imageWidth } = area;
  const [, h = 0, w = 0] = x.shape;
  if (h * width !== w * height)
    throw new GanvasError(`withinArea: ${h}x${w} is not ${height}x${width} at another resolution`);
  const rows = mask([1, h, 1, 1], h, Math.ceil((imageHeight * h) / height), masks);
  const columns = mask([1, 1, w, 1], w, Math.ceil((imageWidth * w) / width), masks);
  return mul(mul(x, rows), columns);
}

function mask(shape: readonly number[], length: number, within: number, known: Map<string, Tensor>): Tensor {
  const key = shape.join();
  const made = known.get(key) ?? tensor(new Float32Array(length).fill(1, 0, within), shape);
  known.set(key, made);
  return made;
}

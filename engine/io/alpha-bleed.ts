/** Colour of pixels that cannot be seen. */
import { type Image, makeImage } from "./image.ts";

/**
 * Colour that bleeds from visible pixels under those that are wholly transparent, whatever colour these hide: whoever
 * resamples or convolves the picture then sees no foreign colour at the edge of what is visible. Each layer of pixels, from
 * the edge outwards, takes the mean of its neighbours that are known by then.
 * @param color grey or RGB, [h, w, c]
 * @param alpha one channel of the same size; 0 is wholly transparent
 * @returns the same colour where alpha is above 0; all of it where nothing is visible
 */
export function bleedColor(color: Image, alpha: Image): Image {
  const { width, height, channels } = color;
  const data = color.data.slice();
  const state = Uint8Array.from(alpha.data, (a) => (a > 0 ? KNOWN : HIDDEN));
  const around = (pixel: number, visit: (neighbour: number) => void) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    for (let j = Math.max(y - 1, 0); j <= Math.min(y + 1, height - 1); j++)
      for (let i = Math.max(x - 1, 0); i <= Math.min(x + 1, width - 1); i++) visit(j * width + i);
  };
  /** The hidden pixels beside these, each once. */
  const hiddenBeside = (pixels: Iterable<number>): number[] => {
    const found: number[] = [];
    for (const pixel of pixels)
      around(pixel, (neighbour) => {
        if (state[neighbour] !== HIDDEN) return;
        state[neighbour] = QUEUED;
        found.push(neighbour);
      });
    return found;
  };
  let layer = hiddenBeside(edgeOf(state));
  const sum = [0, 0, 0];
  while (layer.length > 0) {
    for (const pixel of layer) {
      let count = 0;
      sum.fill(0);
      around(pixel, (neighbour) => {
        if (state[neighbour] !== KNOWN) return;
        count++;
        for (let c = 0; c < channels; c++)
          sum[c] = (sum[c] as number) + (data[neighbour * channels + c] as number);
      });
      for (let c = 0; c < channels; c++) data[pixel * channels + c] = Math.round((sum[c] as number) / count);
    }
    for (const pixel of layer) state[pixel] = KNOWN;
    layer = hiddenBeside(layer);
  }
  return makeImage(data, width, height, channels);
}

const HIDDEN = 0;
const QUEUED = 1;
const KNOWN = 2;

/** The visible pixels, one at a time. */
function* edgeOf(state: Uint8Array): Generator<number> {
  for (let pixel = 0; pixel < state.length; pixel++) if (state[pixel] === KNOWN) yield pixel;
}

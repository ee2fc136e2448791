/** Small images and networks for the commands to work on. */
import { type Image, makeImage } from "../../engine/io/image.ts";
import { type HostTensor, hostTensor } from "../../engine/io/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { SRResNet, type SRResNetOptions } from "../../models/super-resolution/srresnet.ts";

/** Smooth waves; the last of 2 or 4 channels, alpha, too. */
export function waves(width: number, height: number, channels: 1 | 2 | 3 | 4 = 3): Image {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data[i] = 128 + 60 * Math.sin(x / 4 + (i % channels)) + 50 * Math.cos(y / 5);
  }
  return makeImage(data, width, height, channels);
}

/** Made-up weights of a network, as a file holds them. No device is needed. */
export function madeUpWeights(
  options: SRResNetOptions = { numBlocks: 1, width: 4 },
): Map<string, HostTensor> {
  const shapes = [...new SRResNet(options).fileShapes()];
  return new Map(
    shapes.map(([name, shape], k) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (/running_var|bn\d?\.weight/.test(name)) data.fill(1);
      else if (/act\.weight/.test(name)) data.fill(0.25);
      else if (shape.length > 1) fillUniform(data, 3, k, -0.1, 0.1);
      return [name, hostTensor(data, shape)];
    }),
  );
}

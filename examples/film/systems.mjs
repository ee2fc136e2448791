// node examples/film/systems.mjs: the README's first picture, a detail of what each system has made, out of the pictures of the cards.
import { join } from "node:path";
import sharp from "sharp";
import { root } from "../setup/paths.mjs";

const SIDE = 200;
const GAP = 12;

/** Picture, and the square that is shown of it. */
const DETAILS = /** @type {const} */ ([
  ["srgan.jpg", 264, 132, 260],
  ["dcgan.jpg", 0, 0, 188],
  ["cgan.png", 0, 32, 188],
  ["lapgan.png", 136, 136, 200],
  ["text2image.png", 0, 272, 200],
  ["text2image-styles.png", 272, 0, 200],
]);

const details = await Promise.all(
  DETAILS.map(async ([name, left, top, side], k) => ({
    input: await sharp(join(root, "models/weights", name))
      .extract({ left, top, width: side, height: side })
      .resize(SIDE)
      .png()
      .toBuffer(),
    left: k * (SIDE + GAP),
    top: 0,
  })),
);
await sharp({
  create: { width: DETAILS.length * (SIDE + GAP) - GAP, height: SIDE, channels: 3, background: "white" },
})
  .composite(details)
  .webp({ quality: 85 })
  .toFile(join(root, "examples/film/systems.webp"));

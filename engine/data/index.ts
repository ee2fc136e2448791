/** Data: resizing, number ranges, training batches. Files and workers of one host are in `*-node.ts`, `*-browser.ts`. */
export type { Batch, BatchField, BatchSource } from "./batch.ts";
export { type ImageFiles, type ImageLoader, loadedImages } from "./image-window.ts";
export { imresize, type Raster, type RasterData, type ResizeOptions, type ResizeTarget } from "./imresize.ts";
export { bytesToSigned, bytesToUnit, signedToBytes, unitToBytes } from "./pixels.ts";
export { Prefetcher } from "./prefetch.ts";
export type { ResampleBorder, ResampleKernel } from "./resample-taps.ts";

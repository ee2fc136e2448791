/** Entry of the worker bundle for Node: makes training batches of image files for any system. */
import { imageFiles } from "../../engine/data/image-folder-node.ts";
import { servePrefetch } from "../../engine/data/prefetch-node.ts";
import { type BatchOpening, openSource } from "./batch-source.ts";

servePrefetch<BatchOpening>((opening, onDamaged) =>
  openSource(opening, imageFiles(opening.images, onDamaged)),
);

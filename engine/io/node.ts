/** Files in Node: reading and writing on disk, and images through sharp. Not for bundles that run in a page. */
export { readCheckpoint, readWeightsFile, writeCheckpoint, writeSafetensorsFile } from "./checkpoint-node.ts";
export { readFileBytes, removeUnfinished, writeFileAtomic } from "./fs-node.ts";
export { decodeImage, encodePng, readImage, writePng } from "./image-node.ts";
export { tuningFiles } from "./tuning-cache-node.ts";
export { checkPictureFile, type PictureFile, writePicture } from "./picture-file-node.ts";

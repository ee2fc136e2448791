/** Measures of image quality, in named protocols. */
export { aucRoc } from "./auc.ts";
export { type Spread, type Spreads, spreads } from "./diversity.ts";
export { frechetDistance } from "./frechet.ts";
export { gmsd, imageGmsd } from "./gmsd.ts";
export { type KernelDistances, kernelDistance, subsetKernelDistances } from "./kernel-distance.ts";
export { LUMA, type LumaStandard, luma } from "./luma.ts";
export { countModes, type ModeCount, modesOfPoints, modesOfStacks } from "./modes.ts";
export {
  haarSplit,
  multiScaleParzen,
  type MultiScaleEstimate,
  type PictureArray,
  type PyramidModel,
} from "./multi-scale-parzen.ts";
export { type Neighbours, nearestNeighbours, shareOfCopies } from "./neighbours.ts";
export { logSpace, type ParzenEstimate, parzenEstimate, parzenLogLikelihood } from "./parzen.ts";
export { parzenEstimateInBlocks, parzenLogLikelihoods } from "./parzen-blocks.ts";
export { type Plane, shave } from "./plane.ts";
export { isProtocol, PROTOCOLS, type Protocol, type Score, score, smallestSide } from "./protocol.ts";
export { psnr } from "./psnr.ts";
export { pick, type Samples } from "./samples.ts";
export { daalaTaps, ssimDaala } from "./ssim-daala.ts";
export { ssimWang } from "./ssim-wang.ts";
export { medianWeave, type Weave, weave } from "./weave.ts";

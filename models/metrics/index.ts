/** Measures of image quality, in named protocols. */
export { LUMA, type LumaStandard, luma } from "./luma.ts";
export { type Plane, shave } from "./plane.ts";
export { isProtocol, PROTOCOLS, type Protocol, type Score, score, smallestSide } from "./protocol.ts";
export { psnr } from "./psnr.ts";
export { daalaTaps, ssimDaala } from "./ssim-daala.ts";
export { ssimWang } from "./ssim-wang.ts";

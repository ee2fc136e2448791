/** Bundled into the page of canvas.browser.test.ts. */
import { idle, stats, tensor } from "../../engine/index.ts";
import { drawTo } from "../../engine/webgpu.ts";

/** Draws numbers and gives the canvas's bytes, RGBA, as whoever looks at the page sees them. */
async function draw(
  numbers: number[],
  shape: number[],
  range?: [number, number],
  canvas: HTMLCanvasElement | OffscreenCanvas = document.createElement("canvas"),
) {
  await drawTo(tensor(numbers, shape), canvas, range && { range });
  const { width, height } = canvas;
  const seen = new OffscreenCanvas(width, height).getContext("2d");
  seen?.drawImage(canvas, 0, 0);
  return { width, height, bytes: [...(seen?.getImageData(0, 0, width, height).data ?? [])] };
}

/** What a loop of frames on one canvas makes, after its first. */
async function frames() {
  const canvas = document.createElement("canvas");
  const x = tensor(new Float32Array(48).fill(0.5), [4, 4, 3]).keep();
  const frame = async (k: number) => {
    await drawTo(x.mul(tensor(k / 10)), canvas);
    await new Promise(requestAnimationFrame);
  };
  await frame(0);
  await frame(1);
  await idle();
  const before = await stats();
  for (let k = 2; k < 6; k++) await frame(k);
  const after = await stats();
  return [before, after].map(({ buffersCreated, pipelines, bindGroups, programs }) => ({
    buffersCreated,
    pipelines,
    bindGroups,
    programs,
  }));
}

/** On a canvas with blue first, as some systems prefer. */
async function drawBgr(numbers: number[], shape: number[]) {
  const { gpu } = navigator;
  const preferred = gpu.getPreferredCanvasFormat();
  Object.assign(gpu, { getPreferredCanvasFormat: () => "bgra8unorm" });
  try {
    return await draw(numbers, shape);
  } finally {
    Object.assign(gpu, { getPreferredCanvasFormat: () => preferred });
  }
}

const refused = (canvas: unknown) =>
  drawTo(tensor([[[1]]]), canvas as HTMLCanvasElement).catch((error: Error) => error.message);

const page = { draw, drawBgr, frames, refused };
declare global {
  var drawing: typeof page;
}
globalThis.drawing = page;

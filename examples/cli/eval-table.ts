/** `ganvas eval` with several models: a table with the paper's rows, and a sheet of details. */
import { dirname, extname } from "node:path";
import { makeImage } from "../../engine/io/image.ts";
import { encodePng, writeFileAtomic, writePng } from "../../engine/io/node.ts";
import {
  compareUpscalers,
  type Comparison,
  type DetailRow,
  type ModelScores,
} from "../../models/super-resolution/compare.ts";
import type { Pair, Unmeasured, Upscaler } from "../../models/super-resolution/evaluate.ts";
import type { Weave } from "../../models/metrics/index.ts";
import { benchmarkOf, publishedScores } from "../../models/super-resolution/paper-tables.ts";
import { pictureSheet } from "../../models/training/picture-sheet.ts";
import { type Arguments, required, text } from "./command.ts";
import { checkFolder, loadEye } from "./files.ts";
import { Progress } from "./progress.ts";

/** @returns what `--json` prints */
export async function evaluateSeveral(
  args: Arguments,
  pairs: readonly Pair[],
  models: ReadonlyMap<string, Upscaler>,
): Promise<{ readonly failed: readonly Unmeasured[]; readonly [key: string]: unknown }> {
  const sheet = text(args, "sheet");
  if (sheet !== undefined) checkFolder(dirname(sheet));
  const progress = new Progress("eval");
  const comparison = await compareUpscalers(pairs, models, {
    eye: await loadEye(args),
    onProgress(done, total, what) {
      args.signal.throwIfAborted();
      progress.update(done, total, what);
    },
  });
  const benchmark = benchmarkOf(required(args, "data"), pairs.length);
  const published = benchmark === undefined ? [] : publishedScores(benchmark);
  const names = ["low resolution", ...models.keys(), "original"];
  if (sheet !== undefined) await writeSheet(sheet, names, comparison.details);
  if (!args.json) {
    for (const line of tableOf(comparison)) console.log(line);
    if (benchmark !== undefined) {
      console.log(`\n${benchmark} in Ledig et al. 2017, tables 1 and 2 (protocol ledig2017)`);
      for (const { method, psnr, ssim } of published)
        console.log(`${method.padEnd(16)}${psnr.toFixed(2).padStart(8)}${ssim.toFixed(4).padStart(9)}`);
    }
    if (sheet !== undefined) console.log(`\n${sheet}: ${names.join(", ")}`);
  }
  const { images, models: scores, weave, failed } = comparison;
  return {
    images,
    models: scores,
    ...(weave && { weave }),
    failed,
    ...(benchmark && { benchmark, published }),
    ...(sheet && { sheet }),
  };
}

function tableOf({ images, models, weave }: Comparison): string[] {
  const perceptual = models.some((model) => model.perceptual !== undefined);
  const width = Math.max(...models.map(({ model }) => model.length), 16);
  const weaves = (found: Weave | undefined) =>
    found ? [found.period2.toFixed(1), found.period4.toFixed(1)] : [];
  const cells = ({ matlab, ledig2017, gmsd, perceptual: distance, weave: own }: ModelScores) => [
    matlab.psnr.toFixed(2),
    matlab.ssim.toFixed(4),
    ledig2017.psnr.toFixed(2),
    ledig2017.ssim.toFixed(4),
    gmsd.toFixed(4),
    ...(distance === undefined ? [] : [distance.toFixed(4)]),
    ...weaves(own),
  ];
  const titles = [
    "matlab dB",
    "SSIM",
    "ledig2017 dB",
    "SSIM",
    "GMSD",
    ...(perceptual ? ["SqueezeNet distance"] : []),
    ...(weave ? ["weave of 2", "of 4"] : []),
  ];
  const row = (name: string, values: readonly string[]) =>
    name.padEnd(width) +
    values.map((value, k) => value.padStart(Math.max((titles[k] ?? "").length, 6) + 2)).join("");
  const lines = [row(`${images} images`, titles), ...models.map((model) => row(model.model, cells(model)))];
  if (weave)
    lines.push(
      `weave: power at periods of 2 and 4 pixels against its neighbours', median; originals ${weaves(weave).join(" and ")}`,
    );
  return lines;
}

/** A PNG, or by its ending a page with captions that needs no other file. */
async function writeSheet(
  path: string,
  names: readonly string[],
  details: readonly DetailRow[],
): Promise<void> {
  if (!/^\.html?$/i.test(extname(path))) {
    await writePng(path, pictureSheet(details.map(({ pictures }) => pictures)));
    return;
  }
  const picture = async (image: DetailRow["pictures"][number]) => {
    const { width, height, channels, data } = image;
    const png = await encodePng(makeImage(data, width, height, channels));
    return `<td><img width="${2 * width}" src="data:image/png;base64,${Buffer.from(png).toString("base64")}"></td>`;
  };
  const rows = await Promise.all(
    details.map(async ({ image, pictures }) => {
      const cells = await Promise.all(pictures.map(picture));
      return `<tr><th scope="row">${escaped(image)}</th>${cells.join("")}</tr>`;
    }),
  );
  const head = names.map((name) => `<th scope="col">${escaped(name)}</th>`).join("");
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Details, upscaled by four</title>
<style>body{font:16px sans-serif;margin:1em}img{image-rendering:pixelated;display:block}th{text-align:left}</style>
<table><tr><td></td>${head}</tr>
${rows.join("\n")}
</table>
</html>
`;
  await writeFileAtomic(path, new TextEncoder().encode(page));
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c);

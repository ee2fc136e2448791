/**
 * Published scores to stand beside ours: tables 1 and 2 of Ledig et al. 2017, luma and SSIM by the protocol "ledig2017".
 */

export type Benchmark = "Set5" | "Set14" | "BSD100";

export interface PublishedScore {
  readonly method: string;
  readonly psnr: number;
  readonly ssim: number;
}

type Row = readonly [method: string, psnr: number, ssim: number];

const ROWS: Readonly<Record<Benchmark, readonly Row[]>> = {
  Set5: [
    ["nearest", 26.26, 0.7552],
    ["bicubic", 28.43, 0.8211],
    ["SRCNN", 30.07, 0.8627],
    ["SelfExSR", 30.33, 0.872],
    ["ESPCN", 30.76, 0.8784],
    ["DRCN", 31.52, 0.8938],
    ["SRResNet-MSE", 32.05, 0.9019],
    ["SRResNet-VGG22", 30.51, 0.8803],
    ["SRGAN-MSE", 30.64, 0.8701],
    ["SRGAN-VGG22", 29.84, 0.8468],
    ["SRGAN-VGG54", 29.4, 0.8472],
  ],
  Set14: [
    ["nearest", 24.64, 0.71],
    ["bicubic", 25.99, 0.7486],
    ["SRCNN", 27.18, 0.7861],
    ["SelfExSR", 27.45, 0.7972],
    ["ESPCN", 27.66, 0.8004],
    ["DRCN", 28.02, 0.8074],
    ["SRResNet-MSE", 28.49, 0.8184],
    ["SRResNet-VGG22", 27.19, 0.7807],
    ["SRGAN-MSE", 26.92, 0.7611],
    ["SRGAN-VGG22", 26.44, 0.7518],
    ["SRGAN-VGG54", 26.02, 0.7397],
  ],
  BSD100: [
    ["nearest", 25.02, 0.6606],
    ["bicubic", 25.94, 0.6935],
    ["SRCNN", 26.68, 0.7291],
    ["SelfExSR", 26.83, 0.7387],
    ["ESPCN", 27.02, 0.7442],
    ["DRCN", 27.21, 0.7493],
    ["SRResNet-MSE", 27.58, 0.762],
    ["SRGAN-VGG54", 25.16, 0.6688],
  ],
};

/** The paper's rows for a benchmark. */
export const publishedScores = (benchmark: Benchmark): PublishedScore[] =>
  ROWS[benchmark].map(([method, psnr, ssim]) => ({ method, psnr, ssim }));

/** The benchmark that a folder is by its name, if it is one and holds as many images: `…/sr_set14` is Set14. */
export function benchmarkOf(folder: string, images: number): Benchmark | undefined {
  const name = folder.split(/[/\\]/).findLast((part) => part !== "") ?? "";
  const [, number] = /(?:^|[^a-z])(set5|set14|bsd100|b100)$/i.exec(name) ?? [];
  const found = { set5: "Set5", set14: "Set14", bsd100: "BSD100", b100: "BSD100" }[
    number?.toLowerCase() ?? ""
  ];
  const size = { Set5: 5, Set14: 14, BSD100: 100 }[found as Benchmark];
  return size === images ? (found as Benchmark) : undefined;
}

/** What one process or page reports; times in milliseconds, counts of one run. */
export interface PeerResult {
  /** Why there is nothing else. */
  readonly error?: string;
  /** The first run, compilation included. */
  readonly first?: number;
  /** From loading the harness to the first result. */
  readonly cold?: number;
  readonly times?: readonly number[];
  /** CPU time of the driver's threads. */
  readonly driver?: number;
  readonly dispatches?: number;
  readonly submits?: number;
  readonly buffers?: number;
  /** Pipelines made in all. */
  readonly pipelines?: number;
  /** A number the work computes (a loss), for a look at whether all do the same. */
  readonly check?: number;
}

/** The work that is compared, in the order of the tables. */
export const ITEMS: Readonly<Record<string, string>> = {
  "matmul-512": "matmul 512",
  "matmul-1024": "matmul 1024",
  conv3: "conv 3×3 64→64, 64×64, forward",
  "conv3-fb": "the same, forward + backward",
  "conv4s2-fb": "conv 4×4 s2 64→128, 16×32×32, f+b",
  deconv4s2: "transposed conv 4×4 s2 128→64, 16×16×16, forward",
  "deconv4s2-fb": "the same, forward + backward",
  "batchnorm-fb": "training batch norm 16×64×32×32, f+b",
  srresnet: "SRResNet ×4, 32×32, forward",
  "srresnet-step": "SRResNet ×4, Adam step on 4 × 24→96",
  "dcgan-step": "DCGAN 64×64, D and G step, batch 16",
  "cgan-step": "CGAN (MLP, maxout), D and G step, batch 100",
  "lapgan-step": "LAPGAN, level of 28 pixels, D and G step, batch 16",
  "text2image-step": "GAN-INT-CLS (ngf 64), D and G step, batch 16",
  "adds-1000": "1000 dependent adds of 16 numbers",
  "adds-1000-unfused": "the same, a dispatch each",
};

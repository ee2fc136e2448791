/**
 * Published weights of char-CNN-RNNs under the names of their PyTorch port (martinduartemore/char_cnn_rnn_pytorch), which
 * were taken out of the authors' Torch files: `conv1_weight` or, from a module of its own, `conv1.weight`.
 */
import type { HostTensor } from "../../engine/io/index.ts";
import { ENCODER_INIT } from "./caption-encoder.ts";
import type { CharCnnRnnConfig } from "./char-cnn-rnn.ts";
import type { EncoderRecipe } from "./recipe.ts";
import { TEXT_LENGTH } from "./text-input.ts";

export interface PublishedEncoder {
  readonly recipe: EncoderRecipe;
  /** Under our names, after "text.". */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** Their layers by ours. The candidate of gated units has the name that a plain recurrent network has its only layer by. */
const LAYERS: Readonly<Record<"gru" | "rnn", Readonly<Record<string, string>>>> = {
  gru: {
    i2h_update: "i_update",
    h2h_update: "h_update",
    i2h_reset: "i_reset",
    h2h_reset: "h_reset",
    i2h: "i_cand",
    h2h: "h_cand",
  },
  rnn: { i2h: "i2h", h2h: "h2h" },
};

/** @returns undefined for tensors under other names */
export function publishedEncoder(given: ReadonlyMap<string, HostTensor>): PublishedEncoder | undefined {
  const tensors = new Map(
    [...given].map(([name, x]) => [name.replace(/_(weight|bias)$/, ".$1"), x] as const),
  );
  const recurrent = [...tensors.keys()].some((name) => name.includes("update")) ? "gru" : "rnn";
  const named = new Map<string, HostTensor>();
  for (const [name, x] of tensors) {
    const [, layer = "", kind = ""] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
    const inner = LAYERS[recurrent][layer.replace(/^rnn[._]/, "")];
    const own = layer === "emb_proj" ? "proj" : inner === undefined ? layer : `rnn.${inner}`;
    named.set(`text.${own}.${kind}`, x);
  }
  const rows = (layer: string) => named.get(`text.${layer}.weight`)?.shape[0];
  const [c1, c2, c3] = [rows("conv1"), rows("conv2"), rows("conv3")];
  const [hidden, embedding] = [named.get("text.proj.weight")?.shape[1], rows("proj")];
  if (!c1 || !c2 || !c3 || !hidden || !embedding) return undefined;
  const config: CharCnnRnnConfig = {
    channels: [c1, c2, c3],
    hidden,
    embedding,
    recurrent,
    // As published: gated units read all 18 steps, the plain network half of them.
    pool3: recurrent === "rnn",
    states: "mean",
    length: TEXT_LENGTH,
  };
  return { recipe: recipeOf(config), tensors: named };
}

/** What is known of how they were trained (both papers: 40 pairs, RMSprop at 7e-4, times 0.98 an epoch). */
const recipeOf = (config: CharCnnRnnConfig): EncoderRecipe => ({
  system: "text-encoder",
  preset: config.recurrent === "gru" ? "icml" : "paper",
  form: { kind: "char-cnn-rnn", config },
  side: "vectors",
  features: config.embedding,
  size: 64,
  width: 0,
  frozen: false,
  init: ENCODER_INIT,
  unseen: [],
  validation: [],
  batchSize: 40,
  steps: 0,
  seed: 0,
  optimizer: "rmsprop",
  lr: 7e-4,
  weightDecay: 0,
  decay: 0.98,
  decayEvery: 1,
});

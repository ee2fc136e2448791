/** Captions as the networks are told them: embeddings of a text encoder, moved and scaled so that their numbers are about ±1. */
import { InputError } from "../../engine/errors.ts";
import { type HostTensor, toFloat32 } from "../../engine/io/index.ts";
import { embedCaptions } from "../text-encoder/embedding.ts";
import type { CaptionEncoder } from "../text-encoder/caption-encoder.ts";
import { type EncoderForm, encoderOf } from "../text-encoder/recipe.ts";
import { under } from "../training/state.ts";

/** An encoder in evaluation mode, and what it has to be known by. */
export interface KnownEncoder {
  readonly form: EncoderForm;
  readonly network: CaptionEncoder;
}

/** What is taken from each embedding, and what it is then divided by. */
export interface Normalisation {
  /** [textDim] */
  readonly mean: Float32Array;
  readonly deviation: number;
}

/** Embeddings of captions, a row each. */
export interface CaptionTable {
  readonly dimension: number;
  /** [captions, dimension] */
  readonly data: Float32Array;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** Captions whose embeddings are remembered: whoever moves between two sentences asks for both again and again. */
const REMEMBERED = 64;

export class CaptionReader {
  private readonly known = new Map<string, Float32Array>();
  readonly encoder: KnownEncoder;
  readonly normalisation: Normalisation;

  constructor(encoder: KnownEncoder, normalisation: Normalisation) {
    this.encoder = encoder;
    this.normalisation = normalisation;
  }

  /** Numbers of an embedding. */
  get dimension(): number {
    return this.encoder.network.embedding;
  }

  /** Any texts at all: empty ones, long ones, letters that are not read. @returns [dimension] each */
  async read(captions: readonly string[]): Promise<Float32Array[]> {
    const { mean, deviation } = this.normalisation;
    const read = new Map(this.known);
    const unknown = [...new Set(captions)].filter((caption) => !read.has(caption));
    if (unknown.length > 0) {
      const { dimension: d, data } = await embedCaptions(this.encoder.network, unknown);
      for (const [k, caption] of unknown.entries()) {
        const embedding = data.slice(k * d, (k + 1) * d);
        read.set(
          caption,
          embedding.map((value, j) => (value - (mean[j] as number)) / deviation),
        );
      }
      this.known.clear();
      for (const [caption, embedding] of [...read].slice(-REMEMBERED)) this.known.set(caption, embedding);
    }
    return captions.map((caption) => read.get(caption) as Float32Array);
  }

  /** All that a file of weights needs to read captions as this does. */
  async tensors(): Promise<Map<string, HostTensor>> {
    const { mean, deviation } = this.normalisation;
    const state = await this.encoder.network.stateDict();
    return new Map<string, HostTensor>([
      ...[...state].map(([name, value]) => [`encoder.${name}`, value] as const),
      ["captions.mean", { dtype: "f32", shape: [mean.length], data: mean }],
      ["captions.deviation", { dtype: "f32", shape: [1], data: Float32Array.of(deviation) }],
    ]);
  }
}

/** A reader out of the tensors that `CaptionReader.tensors` gave. @throws InputError where they are of another encoder */
export function readerOf(
  form: EncoderForm,
  tensors: ReadonlyMap<string, HostTensor>,
  file: string,
): CaptionReader {
  const network = encoderOf(form);
  network.loadStateDict(under("encoder.", tensors), file);
  network.eval();
  const numbers = (name: string) => {
    const found = tensors.get(`captions.${name}`);
    if (!found)
      throw new InputError(`${file} has no captions.${name}: it does not say how captions are read`);
    return toFloat32(found);
  };
  return new CaptionReader(
    { form, network },
    { mean: numbers("mean"), deviation: numbers("deviation")[0] as number },
  );
}

/** Embeddings as the encoder makes them: the paper's networks take them so. */
export const unchanged = (dimension: number): Normalisation => ({
  mean: new Float32Array(dimension),
  deviation: 1,
});

/**
 * Embeds captions once, each that occurs.
 * @param known by default what the embeddings have in common is measured, and taken from them
 */
export async function readCaptions(
  encoder: KnownEncoder,
  captions: Iterable<string>,
  known?: Normalisation,
): Promise<{ readonly reader: CaptionReader; readonly table: CaptionTable }> {
  const unique = [...new Set(captions)];
  const { dimension: d, data } = await embedCaptions(encoder.network, unique);
  const normalisation = known ?? measured(data, d);
  const { mean, deviation } = normalisation;
  return {
    reader: new CaptionReader(encoder, normalisation),
    table: {
      dimension: d,
      data: data.map((value, at) => (value - (mean[at % d] as number)) / deviation),
      rowOf: new Map(unique.map((caption, row) => [caption, row])),
    },
  };
}

function measured(data: Float32Array, d: number): Normalisation {
  const rows = data.length / d;
  const mean = new Float32Array(d);
  for (let at = 0; at < data.length; at++)
    mean[at % d] = (mean[at % d] as number) + (data[at] as number) / rows;
  const squares = data.reduce((sum, value, at) => sum + (value - (mean[at % d] as number)) ** 2, 0);
  // A single caption has no deviation.
  return { mean, deviation: Math.sqrt(squares / data.length) || 1 };
}

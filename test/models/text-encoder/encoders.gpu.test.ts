/** Both encoders against the same layers written out in float64, and on texts that nobody meant for them. */
import { beforeAll, describe, expect, test } from "vitest";
import { init, tensor } from "../../../engine/index.ts";
import { type HostTensor, hostTensor, toFloat32, writeSafetensors } from "../../../engine/io/index.ts";
import { CharCnnRnn, stepsOf } from "../../../models/text-encoder/char-cnn-rnn.ts";
import { parseTextEncoder } from "../../../models/text-encoder/files.ts";
import { WordCnnRnn } from "../../../models/text-encoder/word-cnn-rnn.ts";
import { type Matrix, conv, linear, pool, reluRnn } from "./reference.ts";

beforeAll(async () => void (await init()));

const WEIGHTS = { std: 0.5 };
const char = (states: "mean" | "last") =>
  new CharCnnRnn({
    channels: [3, 5, 4],
    hidden: 6,
    embedding: 7,
    recurrent: "rnn",
    pool3: true,
    states,
    length: 69,
    seed: 2,
    weightInit: WEIGHTS,
  });
const WORDS = ["a", "big", "blue", "book", "heart", "red"];
const word = () =>
  new WordCnnRnn({ vocabulary: WORDS, channels: 5, hidden: 4, embedding: 7, length: 12 }, 2, WEIGHTS);

/** Symbols one hot: [length, symbols]. */
const oneHot = (ids: Int32Array, symbols: number): Matrix =>
  Array.from(ids, (id) => Array.from({ length: symbols }, (_, k) => (id === k + 1 ? 1 : 0)));

async function expected(net: CharCnnRnn | WordCnnRnn, caption: string): Promise<number[]> {
  const state = await net.stateDict();
  const ids = net.idsOf(caption);
  const relu = (x: Matrix) => x.map((row) => row.map((value) => Math.max(value, 0)));
  const through = (x: Matrix, layer: string) => relu(conv(x, state, layer));
  if (net instanceof WordCnnRnn) {
    const x = pool(through(through(oneHot(ids, WORDS.length), "conv1"), "conv2"), 3, 3);
    const states = reluRnn(through(x, "conv3"), state);
    return linear(meanOf(states), state, "proj");
  }
  const x = pool(through(pool(through(oneHot(ids, 70), "conv1"), 3, 3), "conv2"), 3, 3);
  const states = reluRnn(pool(through(x, "conv3"), 3, 2), state);
  return linear(net.config.states === "mean" ? meanOf(states) : (states.at(-1) as number[]), state, "proj");
}

const meanOf = (rows: Matrix): number[] =>
  (rows[0] as readonly number[]).map(
    (_, k) => rows.reduce((sum, row) => sum + (row[k] as number), 0) / rows.length,
  );

test.each([
  ["characters, the mean of all states", () => char("mean")],
  ["characters, the last state", () => char("last")],
  ["words", word],
])("%s: as in float64", async (_, make) => {
  const net = make();
  const captions = ["A big blue book!", "red heart, red heart: a book that nobody reads to its very end"];
  const got = (await net.encode(captions).data()) as Float32Array;
  for (const [k, caption] of captions.entries()) {
    const wanted = await expected(net, caption);
    const largest = Math.max(...wanted.map(Math.abs));
    for (const [j, value] of wanted.entries())
      expect(Math.abs((got[7 * k + j] as number) - value)).toBeLessThan(1e-5 * largest);
  }
});

test("steps are those of the papers, and a length that leaves none is refused", () => {
  expect([stepsOf({ length: 201, pool3: false }), stepsOf({ length: 201, pool3: true })]).toEqual([18, 8]);
  expect(() => new CharCnnRnn({ length: 30 })).toThrow(/of 30 characters no step is left/);
});

describe.each([
  ["characters", () => char("mean")],
  ["words", word],
] as const)("texts that nobody meant for an encoder of %s", (kind, make) => {
  const embed = async (...texts: string[]) => {
    const data = (await make().encode(texts).data()) as Float32Array;
    return texts.map((_, k) => [...data.subarray(7 * k, 7 * k + 7)]);
  };

  test("have an embedding: empty, foreign letters, emoji, 10,000 characters", async () => {
    const rows = await embed("", "красное сердце", "🐦❤️", "\u0000\n\t", "red heart ".repeat(1000));
    expect(rows.flat().every(Number.isFinite)).toBe(true);
    // What is not read at all is as if nothing was written.
    expect(rows[2]).toEqual(rows[0]);
    expect(rows[4]).not.toEqual(rows[0]);
  });

  test("are read up to their length only, and capitals as small letters", async () => {
    const long = kind === "words" ? "red heart a book ".repeat(3) : "x".repeat(69);
    const [one, other, small, large] = await embed(long, `${long}and more`, "red heart", "RED Heart");
    expect(other).toEqual(one);
    expect(large).toEqual(small);
  });
});

describe("published weights", () => {
  test.each(["rnn", "gru"] as const)(
    "of a network with %s units are read by the port's names",
    async (recurrent) => {
      const net = new CharCnnRnn({
        channels: [3, 5, 4],
        hidden: 4,
        embedding: 6,
        recurrent,
        pool3: recurrent === "rnn",
        weightInit: WEIGHTS,
      });
      const theirs: Record<string, string> = {
        proj: "emb_proj",
        "rnn.i_update": "rnn_i2h_update",
        "rnn.h_update": "rnn_h2h_update",
        "rnn.i_reset": "rnn_i2h_reset",
        "rnn.h_reset": "rnn_h2h_reset",
        "rnn.i_cand": "rnn_i2h",
        "rnn.h_cand": "rnn_h2h",
        "rnn.i2h": "rnn_i2h",
        "rnn.h2h": "rnn_h2h",
      };
      const renamed = new Map<string, HostTensor>();
      for (const [name, value] of await net.stateDict()) {
        const [, layer = "", what = ""] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
        renamed.set(`${theirs[layer] ?? layer}_${what}`, hostTensor(toFloat32(value), value.shape));
      }
      const { encoder, recipe } = parseTextEncoder(writeSafetensors(renamed), "published");
      expect(recipe.form).toEqual({ kind: "char-cnn-rnn", config: net.config });
      const captions = ["a small bird with a red crown"];
      expect(await encoder.encode(captions).data()).toEqual(await net.encode(captions).data());
    },
  );

  test("other files are refused", () => {
    const other = writeSafetensors(new Map([["conv1.weight", hostTensor(new Float32Array(4), [1, 1, 4])]]));
    expect(() => parseTextEncoder(other, "other.safetensors")).toThrow(/other\.safetensors does not hold/);
  });
});

test("nothing depends on what stands in the same batch", async () => {
  const net = char("mean");
  const alone = (await net.encode(["red heart"]).data()) as Float32Array;
  const together = (await net
    .forward(tensor(Int32Array.from([...net.idsOf("book"), ...net.idsOf("red heart")]), [2, 69]))
    .data()) as Float32Array;
  expect([...together.subarray(7)]).toEqual([...alone]);
});

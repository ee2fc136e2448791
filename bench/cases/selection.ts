/** Picking rows, adding them up again, and random numbers. */
import { embedding, grad, Rng, rand, randn, type Tensor, tensor } from "../../engine/index.ts";
import { integer, randomBits } from "../../engine/random.ts";
import { type Case, computing, state } from "../case.ts";

/** A vocabulary of words, and 64 captions of 200 of them. */
const ROWS = 5000;
const FEATURES = 256;
const PLACES = 64 * 200;

const lookups = () => {
  const words = Int32Array.from({ length: PLACES }, (_, p) => integer(randomBits(1, p)[0], ROWS));
  return { table: state([ROWS, FEATURES]), index: tensor(words), dy: state([PLACES, FEATURES]) };
};

const randomCase = (id: string, title: string, draw: (n: number, rng: Rng) => Tensor): Case => {
  const n = 1 << 20;
  return {
    id,
    title,
    bytes: 4 * n,
    prepare: async () => {
      const rng = new Rng(1);
      return computing(() => [draw(n, rng)]);
    },
  };
};

export const selectionCases: readonly Case[] = [
  {
    id: "embedding",
    title: `${PLACES} of ${ROWS} rows of ${FEATURES}, forward`,
    bytes: 2 * 4 * PLACES * FEATURES,
    prepare: async () => {
      const { table, index } = lookups();
      return computing(() => [embedding(table, index)]);
    },
  },
  {
    id: "embedding-b",
    title: `${PLACES} of ${ROWS} rows of ${FEATURES}, backward`,
    bytes: 4 * (PLACES + ROWS) * FEATURES,
    prepare: async () => {
      const { table, index, dy } = lookups();
      return computing(() => grad(embedding(table, index), [table], dy));
    },
  },
  randomCase("rand", "2^20 uniform random numbers", (n, rng) => rand([n], rng)),
  randomCase("randn", "2^20 normal random numbers", (n, rng) => randn([n], rng)),
];

/** What `eval` says of a text encoder, on the classes that its training never saw. */
import { InputError } from "../../engine/errors.ts";
import { captionedSet } from "../datasets/captioned.ts";
import type { Judged, Judgement, JudgeRequest, Sampler } from "../system.ts";
import { embedCaptions } from "./embedding.ts";
import type { EncoderSampler } from "./files.ts";
import { measureRetrieval } from "./retrieval.ts";
import { nearest } from "./zero-shot.ts";

/** Names whose neighbours are told. */
const QUERIES = 20;
const NEIGHBOURS = 5;

/** @throws InputError where the encoder's unseen classes are not in the data */
export async function judgeEncoder(sampler: Sampler, request: JudgeRequest): Promise<Judgement> {
  const { networks, vectorsFor } = sampler as EncoderSampler;
  const { encoder, recipe } = networks;
  const { dataset } = await request.host.openDataset(request.path, { size: recipe.size, channels: 3 });
  const set = await captionedSet(dataset);
  const kept = recipe.unseen.length > 0 ? recipe.unseen : recipe.validation;
  const unseen = kept.filter((name) => set.classes.includes(name));
  if (unseen.length < 2)
    throw new InputError(
      `${request.path} has ${unseen.length} of the ${kept.length} classes that were kept from this encoder's training: it is judged on those only`,
    );
  const found = await measureRetrieval(networks, set, await vectorsFor(set, request), unseen);
  const percent = (value: number) => 100 * value;
  const scores: Judged[] = [
    {
      name: `top-1 among ${found.group} unseen classes, %`,
      value: percent(found.top1),
      error: percent(found.top1Error),
      paper: "54.0 (CUB, char-CNN-RNN), 56.8 (word-CNN-RNN)",
    },
    {
      name: "AP@50 (precision in the first 50), %",
      value: percent(found.precision),
      paper: "45.6 (CUB), 48.7",
    },
    {
      name: "average precision among all unseen pictures, %",
      value: percent(found.averagePrecision),
      error: percent(found.averagePrecisionError),
    },
  ];
  const names = set.classes;
  const rows = await embedCaptions(encoder, names);
  const asked = unseen
    .filter((_, k) => k % Math.max(Math.floor(unseen.length / QUERIES), 1) === 0)
    .slice(0, QUERIES);
  const queries = await embedCaptions(encoder, asked);
  const neighbours = nearest(queries, rows, NEIGHBOURS + 1);
  return {
    scores,
    notes: [
      ...(kept === recipe.unseen
        ? []
        : [
            "Nothing was kept from its training but classes by which the best weights were chosen: they are judged on.",
          ]),
      `By chance: top-1 ${(100 / found.group).toFixed(2)} %; AP@50 ${percent(found.precisionChance).toFixed(2)} %, at most ${percent(found.precisionMost).toFixed(2)} % with as few pictures a class; average precision ${percent(found.averagePrecisionChance).toFixed(2)} %.`,
      ...asked.map((query, k) => {
        const near = (neighbours[k] ?? []).map((at) => names[at] as string).filter((name) => name !== query);
        return `nearest to "${query}": ${near.slice(0, NEIGHBOURS).join(", ")}`;
      }),
    ],
  };
}

/** What goes wrong with text to image besides what goes wrong with any GAN. */
import type { OwnConcerns } from "../training/watch.ts";

/** Pictures of different sentences lie so much further apart than those of one, at least, where the sentence is heeded. */
const FURTHER = 1.03;

export const matchingConcerns: OwnConcerns = {
  concerns(of) {
    const [within, across] = [of("within"), of("across")];
    if (!(across < within * FURTHER)) return [];
    return [
      {
        kind: "captions unheeded",
        sentence:
          `all captions give the same pictures: those of different captions lie no further apart (${across.toFixed(2)}) ` +
          `than those of one (${within.toFixed(2)}); mismatched captions (--mismatched on) teach the generator to heed them`,
      },
    ];
  },
};

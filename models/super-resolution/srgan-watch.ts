/** What SRGAN is watched for beside what every game is: images that leave the originals, and colours that drift. */
import type { Concern, OwnConcerns } from "../training/watch.ts";

/** Levels of 255 by which a colour may be off on average. */
const DRIFT = 6;
/** The content loss may grow by this factor over its best. */
const COLLAPSE = 4;

export const srganConcerns: OwnConcerns = {
  falling: "content",
  concerns(of, best) {
    const content = of("content");
    const [red, green, blue] = [of("red"), of("green"), of("blue")];
    const found: Concern[] = [];
    if (content > COLLAPSE * best)
      found.push({
        kind: "generator collapses",
        sentence:
          `the generator moves away from the originals: its content loss is ${content.toPrecision(3)}, it was ` +
          `${best.toPrecision(3)}: try a smaller learning rate, and begin again from the last good checkpoint`,
      });
    if (Math.max(Math.abs(red), Math.abs(green), Math.abs(blue)) > DRIFT)
      found.push({
        kind: "colours drift",
        sentence:
          `colours drift: on average red is ${signed(red)}, green ${signed(green)} and blue ${signed(blue)} of 255 ` +
          "levels off the originals; features alone do not hold colours, a content loss of pixels does",
      });
    return found;
  },
};

const signed = (x: number): string => `${x < 0 ? "" : "+"}${x.toFixed(1)}`;

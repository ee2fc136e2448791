/** Results of the photo on show: none is made twice, and any two of one size can be compared. */
import type { Picture } from "../../components/picture.ts";
import type { Size } from "../../components/viewport.ts";
import type { Enlarged } from "../../engine-calls.ts";
import type { ResultSize } from "../../../../models/super-resolution/result-name.ts";
import type { Choice } from "./model-picker.ts";

/** What a run is made with: fixed when it begins. */
export interface Settings {
  readonly model: Choice;
  readonly size: ResultSize;
  readonly checked: boolean;
}

export interface Result {
  readonly settings: Settings;
  readonly enlarged: Enlarged;
  readonly picture: Picture;
  /** What the network has to beat, of the same size. */
  readonly bicubic: Picture;
  /** Milliseconds that it took. */
  readonly time: number;
}

/** Older ones are forgotten: each may hold a canvas of 64 MB. */
const MOST = 6;

const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

const keyOf = ({ model, size }: Settings): string => JSON.stringify([model.key, size]);

export class KeptResults {
  #list: Result[] = [];

  add(result: Result): void {
    const others = this.#list.filter(({ settings }) => keyOf(settings) !== keyOf(result.settings));
    this.#list = [...others, result].slice(-MOST);
  }

  /** The one that was made with these settings. */
  find(settings: Settings | undefined): Result | undefined {
    return settings && this.#list.find((one) => keyOf(one.settings) === keyOf(settings));
  }

  /** Those that can stand beside a picture of this size. */
  ofSize(size: Size): readonly Result[] {
    return this.#list.filter(({ picture }) => sameSize(picture, size));
  }

  clear(): void {
    this.#list = [];
  }
}

/** What is known about the photo and its result: sizes, time, model, adapter. */
import { adapterName } from "../../components/adapter-name.ts";
import { element } from "../../components/dom.ts";
import { formatDuration } from "../../components/time-left.ts";
import type { Adapter } from "../../engine-bridge.ts";
import { formatSize, type PixelSize } from "./rules.ts";

export interface ResultFacts {
  /** Milliseconds from the click to the finished picture. */
  readonly time: number;
  readonly model: string;
  readonly adapter: Adapter;
  /** Of the result, in millions. */
  readonly megapixels: number;
}

export class PhotoPanel {
  /** Name and sizes, to stand beside the choice of the photo. */
  readonly photo = element("dl", { class: "facts", hidden: true });
  /** What the run took, to stand below the button that started it. */
  readonly result = element("dl", { class: "facts", hidden: true });

  /** A photo was opened: its name, its size, and the size its result will have. */
  showPhoto(name: string, size: PixelSize, enlarged: PixelSize): void {
    write(this.photo, [
      ["Photo", name],
      ["Size", `${formatSize(size)} → ${formatSize(enlarged)}`],
    ]);
  }

  /** No result is on show. */
  clearResult(): void {
    this.result.hidden = true;
  }

  /** The photo was upscaled. */
  showResult({ time, model, adapter, megapixels }: ResultFacts): void {
    write(this.result, [
      ["Model", model],
      ["Time", formatDuration(time)],
      ["Speed", `${formatDuration(time / megapixels)} a megapixel made`],
      ["Adapter", adapterName(adapter)],
    ]);
  }
}

function write(list: HTMLElement, rows: readonly (readonly [term: string, value: string])[]): void {
  const cells = rows.flatMap(([term, value]) => [
    element("dt", {}, term),
    element("dd", { "data-fact": term.toLowerCase() }, value),
  ]);
  list.replaceChildren(...cells);
  list.hidden = false;
}

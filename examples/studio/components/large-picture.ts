/**
 * A picture too large to be one canvas: a reduced copy serves the far view, and the part that is looked at closely is fetched from
 * wherever the pixels lie, a little more of it than the stage shows, so that small moves need nothing new.
 */
import type { Image } from "../engine-bridge.ts";
import { createPicture, drawCanvas, onStage, type Picture } from "./picture.ts";
import type { Size, Viewport } from "./viewport.ts";

export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

export interface LargePicture extends Size {
  readonly hasAlpha: boolean;
  readonly reduced: HTMLCanvasElement;
  /** The pixels of a region. */
  load(region: Region): Promise<Image>;
  /** Called when a region has come that the stage should show. */
  onLoad(): void;
}

/** Share of the stage that is fetched beyond each of its edges. */
const MARGIN = 0.25;

export function createLargePicture(large: LargePicture): Picture {
  let known: { readonly region: Region; readonly picture: Picture } | undefined;
  let asked: Region | undefined;
  const fetchRegion = async (region: Region) => {
    asked = region;
    try {
      const picture = await createPicture(await large.load(region));
      if (asked !== region) return;
      known = { region, picture };
      large.onLoad();
    } catch {
      // The far view stays; the next draw asks again.
      if (asked === region) asked = undefined;
    }
  };
  return {
    ...large,
    draw(context, view, stage) {
      drawCanvas(context, large.reduced, large, view, stage);
      const shown = onStage(view, stage, large);
      const isNear = view.scale * devicePixelRatio * large.width > 2 * large.reduced.width;
      if (!isNear || shown.width <= 0 || shown.height <= 0) return;
      if (known) drawRegion(context, known, view, stage);
      if (!(known && covers(known.region, shown)) && !(asked && covers(asked, shown)))
        void fetchRegion(widened(shown, large));
    },
  };
}

function drawRegion(
  context: CanvasRenderingContext2D,
  { region, picture }: { readonly region: Region; readonly picture: Picture },
  view: Viewport,
  stage: Size,
): void {
  const { scale } = view;
  picture.draw(context, { scale, x: view.x + region.left * scale, y: view.y + region.top * scale }, stage);
}

const covers = (outer: Region, inner: Region): boolean =>
  outer.left <= inner.left &&
  outer.top <= inner.top &&
  outer.left + outer.width >= inner.left + inner.width &&
  outer.top + outer.height >= inner.top + inner.height;

/** On whole multiples of 4, where pixels of the original begin. */
function widened({ left, top, width, height }: Region, { width: w, height: h }: Size): Region {
  const from = (start: number, size: number) => Math.max(Math.floor((start - MARGIN * size) / 4) * 4, 0);
  const to = (end: number, size: number, most: number) =>
    Math.min(Math.ceil((end + MARGIN * size) / 4) * 4, most);
  const [x, y] = [from(left, width), from(top, height)];
  return { left: x, top: y, width: to(left + width, width, w) - x, height: to(top + height, height, h) - y };
}

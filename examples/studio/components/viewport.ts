/**
 * Where a picture lies on a stage: pure geometry for zoom and pan, no DOM. Lengths are CSS pixels on the stage side and
 * picture pixels on the other; the picture's pixel (px, py) is drawn at (x + px · scale, y + py · scale).
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** No zoom beyond this many CSS pixels per picture pixel. */
const MOST = 8;
/** A picture smaller than the stage is enlarged at most this much to fill it. */
const MOST_TO_FIT = 3;

/** The scale at which the whole picture is seen. */
export function fitScale(stage: Size, picture: Size): number {
  return Math.min(stage.width / picture.width, stage.height / picture.height, MOST_TO_FIT);
}

/** The whole picture, in the middle of the stage. */
export function fitted(stage: Size, picture: Size): Viewport {
  return held({ scale: fitScale(stage, picture), x: 0, y: 0 }, stage, picture);
}

/** True where part of the picture lies outside the stage, so that it can be moved. */
export function canPan(view: Viewport, stage: Size, picture: Size): boolean {
  const slack = 0.5;
  return (
    picture.width * view.scale > stage.width + slack || picture.height * view.scale > stage.height + slack
  );
}

/** Zooms by `factor`, keeping the picture's point under the stage point (cx, cy) where it is. */
export function zoomedAt(
  view: Viewport,
  factor: number,
  cx: number,
  cy: number,
  stage: Size,
  picture: Size,
): Viewport {
  const least = Math.min(fitScale(stage, picture), 1);
  const scale = Math.min(MOST, Math.max(least, view.scale * factor));
  const ratio = scale / view.scale;
  return held({ scale, x: cx - (cx - view.x) * ratio, y: cy - (cy - view.y) * ratio }, stage, picture);
}

/** Moves the picture by (dx, dy) CSS pixels as far as its edges allow. */
export function panned(view: Viewport, dx: number, dy: number, stage: Size, picture: Size): Viewport {
  return held({ scale: view.scale, x: view.x + dx, y: view.y + dy }, stage, picture);
}

/** The part of the stage that the picture covers. */
export function coveredStage(view: Viewport, stage: Size, picture: Size): { left: number; right: number } {
  return { left: Math.max(0, view.x), right: Math.min(stage.width, view.x + picture.width * view.scale) };
}

/** Centres the picture along an axis where it is smaller than the stage, and leaves no gap where it is larger. */
function held(view: Viewport, stage: Size, picture: Size): Viewport {
  const axis = (offset: number, room: number, length: number) =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, offset));
  return {
    scale: view.scale,
    x: axis(view.x, stage.width, picture.width * view.scale),
    y: axis(view.y, stage.height, picture.height * view.scale),
  };
}

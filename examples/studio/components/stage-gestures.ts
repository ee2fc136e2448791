/** Pointer, touch and wheel gestures of a zoomable stage with a divider, told as intentions. */

export interface StageGestures {
  /** The divider shall go to this x (CSS pixels from the stage's left edge). */
  readonly moveSplit: (x: number) => void;
  /** The picture shall move by (dx, dy) CSS pixels. */
  readonly pan: (dx: number, dy: number) => void;
  /** The picture shall grow by `factor` around the stage point (x, y). */
  readonly zoom: (factor: number, x: number, y: number) => void;
  /** A double click: zoom in here, or back out. */
  readonly toggleZoom: (x: number, y: number) => void;
  /** True while a drag beside the divider moves the picture instead of the divider. */
  readonly canPan: () => boolean;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Zoom per pixel of a wheel turned with Ctrl held; a pinch on a touchpad arrives as that too. */
const WHEEL_SPEED = 0.01;

/**
 * Listens on `stage`: a drag on `handle`, or anywhere while the picture fits, moves the divider; a drag of a zoomed picture
 * pans it; two fingers or Ctrl and the wheel zoom; a plain wheel is left to the page.
 */
export function followGestures(stage: HTMLElement, handle: HTMLElement, gestures: StageGestures): void {
  const pointers = new Map<number, Point>();
  let dragsSplit = false;

  const place = (event: MouseEvent): Point => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const point = place(event);
    pointers.set(event.pointerId, point);
    stage.setPointerCapture(event.pointerId);
    if (pointers.size > 1) return;
    const onHandle = event.target instanceof Node && handle.contains(event.target);
    dragsSplit = onHandle || !gestures.canPan();
    stage.classList.toggle("dragging", true);
    if (onHandle) handle.focus({ preventScroll: true });
    else if (dragsSplit && event.pointerType === "mouse") gestures.moveSplit(point.x);
  });

  stage.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (last === undefined) return;
    const point = place(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, point);
    if (other !== undefined) {
      const factor = distance(point, other) / Math.max(1, distance(last, other));
      gestures.zoom(factor, (point.x + other.x) / 2, (point.y + other.y) / 2);
      gestures.pan((point.x - last.x) / 2, (point.y - last.y) / 2);
    } else if (dragsSplit) {
      gestures.moveSplit(point.x);
    } else {
      gestures.pan(point.x - last.x, point.y - last.y);
    }
  });

  const release = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    // What the remaining finger of a pinch does must not throw the divider across the picture.
    dragsSplit = dragsSplit && pointers.size === 0;
    if (pointers.size === 0) stage.classList.remove("dragging");
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);

  stage.addEventListener("dblclick", (event) => {
    const point = place(event);
    gestures.toggleZoom(point.x, point.y);
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const point = place(event);
      const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      gestures.zoom(Math.exp(-Math.max(-60, Math.min(60, turned)) * WHEEL_SPEED), point.x, point.y);
    },
    { passive: false },
  );
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** Two pictures of the same size on one stage, one on each side of a divider; both zoom and pan together. */
import { button, element, prefersReducedMotion } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Picture } from "./picture.ts";
import { followGestures } from "./stage-gestures.ts";
import {
  canPan,
  coveredStage,
  fitScale,
  fitted,
  panned,
  type Size,
  type Viewport,
  zoomedAt,
} from "./viewport.ts";

/** A picture and what it is called on the stage. */
export interface Side {
  readonly picture: Picture;
  readonly label: string;
}

/** Length of the divider's first sweep, which shows that there are two pictures, in milliseconds. */
const SWEEP = 1100;
/** Pixels are shown as squares, not blurred, from this many device pixels each. */
const SQUARES = 3;

export class CompareView {
  readonly element: HTMLElement;
  readonly #stage = element("div", { class: "stage" });
  readonly #canvas = element("canvas", { class: "stage-canvas" });
  readonly #pane: HTMLElement;
  readonly #divider = element("div", { class: "divider", hidden: true });
  readonly #handle: HTMLElement;
  readonly #leftTag = element("span", { class: "tag tag-left" });
  readonly #rightTag = element("span", { class: "tag tag-right", hidden: true });
  readonly #zoomLabel = element("output", { class: "zoom-label" });
  readonly #tools: HTMLElement;
  #left: Side | undefined;
  #right: Side | undefined;
  #view: Viewport = { scale: 1, x: 0, y: 0 };
  #isFitted = true;
  /** Share of the visible picture that shows the left side, 0 to 1. */
  #split = 0.5;
  #frame = 0;
  #sweep = 0;

  constructor() {
    this.#handle = element(
      "div",
      {
        class: "divider-handle",
        role: "slider",
        tabindex: 0,
        "aria-orientation": "horizontal",
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
      icon("handle"),
    );
    this.#divider.append(this.#handle);
    this.#pane = element("div", { class: "stage-pane", tabindex: 0, role: "img" }, this.#canvas);
    this.#stage.append(this.#pane, this.#leftTag, this.#rightTag, this.#divider);
    const tool = (name: "minus" | "plus" | "fit", label: string, run: () => void) =>
      button({ class: "button tool", "aria-label": label, title: label }, run, icon(name));
    this.#tools = element(
      "div",
      { class: "stage-tools", role: "group", "aria-label": "Zoom", hidden: true },
      tool("minus", "Zoom out", () => this.#zoom(1 / 1.5)),
      this.#zoomLabel,
      tool("plus", "Zoom in", () => this.#zoom(1.5)),
      tool("fit", "Show the whole picture", () => this.#fit()),
    );
    this.element = element("div", { class: "compare" }, this.#stage, this.#tools);
    this.#listen();
  }

  /** Shows a single picture, without a divider. */
  show(side: Side): void {
    this.#set(side, undefined);
  }

  /** Shows two pictures of the same size; the first time, the divider sweeps to the middle. */
  compare(left: Side, right: Side): void {
    const isFirst = this.#right === undefined || this.#left?.picture !== left.picture;
    this.#set(left, right);
    this.#handle.setAttribute("aria-label", `Compare ${left.label} with ${right.label}`);
    if (!isFirst) return;
    cancelAnimationFrame(this.#sweep);
    if (prefersReducedMotion()) {
      this.#setSplit(0.5);
      return;
    }
    const began = performance.now();
    const step = (now: number) => {
      const passed = Math.min(1, Math.max(0, now - began) / SWEEP);
      this.#setSplit(1 - 0.5 * (1 - (1 - passed) ** 3));
      if (passed < 1) this.#sweep = requestAnimationFrame(step);
    };
    this.#sweep = requestAnimationFrame(step);
  }

  /** Draws anew: a picture has changed. */
  redraw(): void {
    this.#update();
  }

  #set(left: Side, right: Side | undefined): void {
    const before = this.#left?.picture;
    const sameShape = before?.width === left.picture.width && before.height === left.picture.height;
    this.#left = left;
    this.#right = right;
    this.#leftTag.textContent = left.label;
    this.#rightTag.textContent = right?.label ?? "";
    this.#rightTag.hidden = right === undefined;
    this.#divider.hidden = right === undefined;
    this.#tools.hidden = false;
    this.#pane.setAttribute(
      "aria-label",
      `${right === undefined ? left.label : `${left.label} on the left, ${right.label} on the right`}. ` +
        "Plus and minus zoom, 0 shows all, arrow keys move a zoomed picture.",
    );
    this.#stage.style.setProperty("--picture-ratio", `${left.picture.width} / ${left.picture.height}`);
    if (!sameShape) this.#isFitted = true;
    this.#update();
  }

  #listen(): void {
    new ResizeObserver(() => this.#update()).observe(this.#stage);
    followGestures(this.#stage, this.#handle, {
      moveSplit: (x) => {
        if (this.#right === undefined) return;
        cancelAnimationFrame(this.#sweep);
        const { left, right } = coveredStage(this.#view, this.#size(), this.#pictureSize());
        this.#setSplit((x - left) / (right - left));
      },
      pan: (dx, dy) => this.#setView(panned(this.#view, dx, dy, this.#size(), this.#pictureSize())),
      zoom: (factor, x, y) => this.#zoom(factor, x, y),
      toggleZoom: (x, y) => (this.#isFitted ? this.#zoom(2 / this.#view.scale, x, y) : this.#fit()),
      canPan: () => this.#left !== undefined && canPan(this.#view, this.#size(), this.#pictureSize()),
    });
    this.#handle.addEventListener("keydown", (event) => this.#onSliderKey(event));
    this.#pane.addEventListener("keydown", (event) => this.#onPaneKey(event));
  }

  /** The keys of the WAI-ARIA slider pattern. */
  #onSliderKey(event: KeyboardEvent): void {
    const small = event.shiftKey ? 0.1 : 0.02;
    const steps: Record<string, number> = {
      ArrowLeft: this.#split - small,
      ArrowDown: this.#split - small,
      ArrowRight: this.#split + small,
      ArrowUp: this.#split + small,
      PageDown: this.#split - 0.1,
      PageUp: this.#split + 0.1,
      Home: 0,
      End: 1,
    };
    const next = steps[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    cancelAnimationFrame(this.#sweep);
    this.#setSplit(next);
  }

  #onPaneKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = 48;
    const pan = (dx: number, dy: number) => () =>
      this.#setView(panned(this.#view, dx, dy, this.#size(), this.#pictureSize()));
    const actions: Record<string, () => void> = {
      "+": () => this.#zoom(1.5),
      "=": () => this.#zoom(1.5),
      "-": () => this.#zoom(1 / 1.5),
      "0": () => this.#fit(),
      ArrowLeft: pan(far, 0),
      ArrowRight: pan(-far, 0),
      ArrowUp: pan(0, far),
      ArrowDown: pan(0, -far),
    };
    const action = actions[event.key];
    if (action === undefined || (event.key.startsWith("Arrow") && this.#isFitted)) return;
    event.preventDefault();
    action();
  }

  #size(): Size {
    return { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
  }

  #pictureSize(): Size {
    return this.#left?.picture ?? { width: 1, height: 1 };
  }

  #fit(): void {
    this.#isFitted = true;
    this.#update();
  }

  #zoom(factor: number, x = this.#stage.clientWidth / 2, y = this.#stage.clientHeight / 2): void {
    this.#setView(zoomedAt(this.#view, factor, x, y, this.#size(), this.#pictureSize()));
  }

  #setView(view: Viewport): void {
    this.#isFitted = view.scale <= fitScale(this.#size(), this.#pictureSize());
    this.#view = view;
    this.#update();
  }

  #setSplit(split: number): void {
    this.#split = Math.min(1, Math.max(0, split));
    this.#update();
  }

  /** Brings everything in line with the state and draws in the next frame. */
  #update(): void {
    const [stage, picture] = [this.#size(), this.#pictureSize()];
    if (this.#left === undefined || stage.width === 0) return;
    this.#view = this.#isFitted ? fitted(stage, picture) : panned(this.#view, 0, 0, stage, picture);
    this.#stage.classList.toggle("pannable", canPan(this.#view, stage, picture));
    this.#zoomLabel.textContent = `${Math.round(100 * this.#view.scale)} %`;
    const percent = Math.round(100 * this.#split);
    this.#handle.setAttribute("aria-valuenow", String(percent));
    this.#handle.setAttribute(
      "aria-valuetext",
      `${percent} % ${this.#left.label}, ${100 - percent} % ${this.#right?.label ?? ""}`,
    );
    const { left, right } = coveredStage(this.#view, stage, picture);
    const dividerX = left + this.#split * (right - left);
    this.#divider.style.transform = `translateX(${dividerX}px)`;
    if (this.#right !== undefined) {
      this.#leftTag.classList.toggle(
        "covered",
        dividerX < this.#leftTag.offsetLeft + this.#leftTag.offsetWidth,
      );
      this.#rightTag.classList.toggle("covered", dividerX > this.#rightTag.offsetLeft);
    } else {
      this.#leftTag.classList.remove("covered");
    }
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw(stage, dividerX));
  }

  #draw(stage: Size, dividerX: number): void {
    const context = this.#canvas.getContext("2d");
    if (context === null || this.#left === undefined) return;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(stage.width * ratio), Math.round(stage.height * ratio)];
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, stage.width, stage.height);
    context.imageSmoothingEnabled = this.#view.scale * ratio < SQUARES;
    context.imageSmoothingQuality = "high";
    const { picture } = this.#left;
    this.#pane.classList.toggle("see-through", picture.hasAlpha);
    if (this.#right === undefined) {
      picture.draw(context, this.#view, stage);
      return;
    }
    clipped(context, 0, dividerX, stage.height, () => picture.draw(context, this.#view, stage));
    const other = this.#right.picture;
    clipped(context, dividerX, stage.width, stage.height, () => other.draw(context, this.#view, stage));
  }
}

/** Draws with everything outside the columns from `left` to `right` cut away. */
function clipped(
  context: CanvasRenderingContext2D,
  left: number,
  right: number,
  height: number,
  draw: () => void,
): void {
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, height);
  context.clip();
  draw();
  context.restore();
}

/** What one wants of a result: how large, in which format, with or without what the camera wrote. */
import { element, uniqueId } from "../../components/dom.ts";
import type { FileWishes } from "../../engine-calls.ts";
import { FORMATS, type Format, type ResultSize } from "../../../../models/super-resolution/result-name.ts";

/** Of the formats with losses, in percent: what photographs are commonly saved with. */
const QUALITY = 90;

export class ResultForm {
  readonly element: HTMLElement;
  readonly #size = select("size", [
    ["x4", "4 times as large"],
    ["x3", "3 times as large"],
    ["x2", "2 times as large"],
    ["width", "A width of my own"],
  ]);
  readonly #width = element("input", {
    type: "number",
    min: 1,
    max: 65535,
    step: 1,
    value: 1920,
    inputmode: "numeric",
    "aria-label": "Width in pixels",
    "data-control": "width",
  });
  readonly #format = select(
    "format",
    FORMATS.map((format) => [format, NAMES[format]]),
  );
  readonly #metadata = element("input", { type: "checkbox", "data-control": "metadata" });

  /** @param onSize called when another size is wished */
  constructor(onSize: () => void) {
    const showWidth = () => {
      this.#width.hidden = this.#size.value !== "width";
    };
    this.#size.addEventListener("change", () => {
      showWidth();
      onSize();
    });
    this.#width.addEventListener("change", onSize);
    showWidth();
    this.element = element(
      "div",
      { class: "result-form" },
      labelled("Size", this.#size),
      this.#width,
      labelled("File", this.#format),
      element("label", { class: "check-line" }, this.#metadata, "Keep date, place and camera (EXIF, XMP)"),
    );
  }

  /** `undefined` where the width makes no sense. */
  get size(): ResultSize | undefined {
    if (this.#size.value !== "width") return { scale: Number(this.#size.value.slice(1)) };
    const width = Number(this.#width.value);
    return Number.isInteger(width) && width >= 1 && width <= 65535 ? { width } : undefined;
  }

  /** Options of the terminal's command that wish the same; the ending of the result's name tells the format. */
  get terminal(): readonly string[] {
    const { size } = this;
    if (size === undefined) return [];
    const asked = "width" in size ? ["--width", String(size.width)] : ["--scale", String(size.scale)];
    return [...asked, ...(this.#metadata.checked ? ["--metadata"] : [])];
  }

  get format(): Format {
    return this.#format.value as Format;
  }

  /** What is wished of a file, as it is wished now. @returns the wishes for the result of a photo's file */
  get wishes(): (source: Blob) => FileWishes {
    const { format } = this;
    const keepsMetadata = this.#metadata.checked;
    return (source) => ({ format, quality: QUALITY, metadataOf: keepsMetadata ? source : undefined });
  }
}

const NAMES: Readonly<Record<Format, string>> = {
  png: "PNG, exact",
  jpg: "JPEG, smaller",
  webp: "WebP, smaller still",
  avif: "AVIF, where the browser can",
};

function select(name: string, options: readonly (readonly [value: string, text: string])[]) {
  return element(
    "select",
    { "data-control": name, id: uniqueId(name) },
    ...options.map(([value, text]) => element("option", { value }, text)),
  );
}

const labelled = (text: string, control: HTMLElement): HTMLElement =>
  element("label", { class: "result-field", for: control.id }, element("span", {}, text), control);

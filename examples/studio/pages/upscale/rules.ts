/** What the upscale page accepts, and what it says when it does not. Pure functions, no DOM. */

/** A message for the user: what is wrong, and what can be done. */
export interface Problem {
  readonly title: string;
  readonly advice: string;
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** How many times larger a result is along each side. */
export const FACTOR = 4;

/** Pictures smaller than this along a side have nothing to enlarge. */
const LEAST_SIDE = 4;
/** Browsers make no canvas, and so no PNG, beyond 16384 pixels a side. */
const MOST_SIDE = 16384 / FACTOR;
/** A result of 16 times these pixels still fits twice (network and bicubic) into a tab's memory. */
const MOST_PIXELS = 8e6;
/** A picture up to this size is a matter of a minute or two on a software adapter. */
const SMALL = 320 * 240;

const KINDS = "PNG, JPEG, WebP, GIF, BMP and, in most browsers, AVIF pictures can be opened.";

/** Why a file is refused before it is opened, or undefined. */
export function fileProblem(file: File): Problem | undefined {
  if (file.size === 0) return { title: `${quoted(file.name)} is empty.`, advice: KINDS };
  // Some systems give no type at all; then decoding has to tell.
  if (file.type !== "" && !file.type.startsWith("image/")) {
    return { title: `${quoted(file.name)} is not an image.`, advice: KINDS };
  }
  return undefined;
}

/** What to say when a file could not be decoded, by the decoder's reason ("cat.png: the image is truncated"). */
export function decodeProblem(name: string, reason: string): Problem {
  const own = reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
  return {
    title: `${quoted(name)} could not be opened as an image.`,
    advice: `${sentence(own)} ${KINDS}`,
  };
}

/** Why a decoded picture is refused, or undefined. */
export function sizeProblem(name: string, { width, height }: PixelSize): Problem | undefined {
  const size = formatSize({ width, height });
  if (width < LEAST_SIDE || height < LEAST_SIDE) {
    return {
      title: `${quoted(name)} is too small: ${size}.`,
      advice: `There is nothing to enlarge below ${LEAST_SIDE} pixels a side.`,
    };
  }
  if (width > MOST_SIDE || height > MOST_SIDE || width * height > MOST_PIXELS) {
    return {
      title: `${quoted(name)} is too large: ${size}.`,
      advice:
        `Enlarged ×${FACTOR} it would have ${Math.round((width * height * FACTOR ** 2) / 1e6)} million pixels. ` +
        `Up to ${MOST_PIXELS / 1e6} million pixels and ${MOST_SIDE} a side are accepted: crop it or make it smaller first.`,
    };
  }
  return undefined;
}

/** Whether a picture is upscaled without a click: always on a GPU, only when small on a software adapter. */
export function startsByItself({ width, height }: PixelSize, softwareAdapter: boolean): boolean {
  return !softwareAdapter || width * height <= SMALL;
}

/** "768 × 512", which never breaks over two lines. */
export function formatSize({ width, height }: PixelSize): string {
  return `${width}\u00a0×\u00a0${height}`;
}

/** The size after enlarging. */
export function enlarged({ width, height }: PixelSize): PixelSize {
  return { width: width * FACTOR, height: height * FACTOR };
}

/** The name of the result of a file: "cat.jpg" becomes "cat-x4.png". */
export function resultName(name: string): string {
  return `${name.replace(/\.[^.]{1,5}$/, "") || "picture"}-x${FACTOR}.png`;
}

function quoted(name: string): string {
  return `“${name || "The picture"}”`;
}

/** An error's message as a sentence. */
export function sentence(message: string): string {
  const text = message.trim();
  if (text === "") return "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

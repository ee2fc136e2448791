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

/** How many times larger a result is along each side, where nothing else is wished. */
export const FACTOR = 4;

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

/** Whether a picture is upscaled without a click: always on a GPU, only when small on a software adapter. */
export function startsByItself({ width, height }: PixelSize, softwareAdapter: boolean): boolean {
  return !softwareAdapter || width * height <= SMALL;
}

/** "768 × 512", which never breaks over two lines. */
export function formatSize({ width, height }: PixelSize): string {
  return `${width}\u00a0×\u00a0${height}`;
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

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

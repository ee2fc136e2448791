/** What a result is called, in the page as in the terminal. */

/** Formats that results are written in, by the ending of their files. */
export const FORMATS = ["png", "jpg", "webp", "avif"] as const;
export type Format = (typeof FORMATS)[number];

/** How large a result is to be: so many times the input, or so many pixels wide. */
export type ResultSize = { readonly scale: number } | { readonly width: number };

/** The name of the result of a file: "cat.jpg" becomes "cat_x4.png", or "cat_w1920.png" where a width was asked for. */
export const resultName = (name: string, size: ResultSize, format: Format): string =>
  `${name.replace(/\.[^.]*$/, "") || "picture"}_${"scale" in size ? `x${size.scale}` : `w${size.width}`}.${format}`;

/** The stem of the file that a result was made of, by its name: "cat" of "cat_x4.png"; undefined where it is no result. */
export const stemOfOriginal = (name: string): string | undefined =>
  /^(.+)_[xw][\d.]+\.(?:png|jpg|webp|avif)$/.exec(name)?.[1];

/** The format that a file's ending asks for. */
export function formatOf(file: string): Format | undefined {
  const ending = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase();
  return FORMATS.find((format) => format === (ending === "jpeg" ? "jpg" : ending));
}

/** Width and height of a result. */
export function resultSize(
  { width, height }: { readonly width: number; readonly height: number },
  size: ResultSize,
): { readonly width: number; readonly height: number; readonly scale: number } {
  const scale = "scale" in size ? size.scale : size.width / width;
  return {
    scale,
    width: "scale" in size ? Math.max(Math.round(width * scale), 1) : size.width,
    height: Math.max(Math.round(height * scale), 1),
  };
}

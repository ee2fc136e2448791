const IMAGE = /\.(png|webp|jpe?g|tiff?|avif|heif|gif)$/i;

/** Whether a file is an image by its name; hidden files (`._photo.png`) are not. */
export function isImageName(file: string): boolean {
  return IMAGE.test(file) && !file.startsWith(".");
}

/** A file name without its image suffix. */
export function imageStem(file: string): string {
  return file.replace(IMAGE, "");
}

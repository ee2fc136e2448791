/** Image files of which some may turn out to be damaged. */
import { InputError } from "../errors.ts";
import type { Image } from "../io/image.ts";
import type { ImageFiles, ImageLoader } from "./image-window.ts";

/**
 * A loader over image files. The next file that can be read takes the place of one that turns out to be damaged, always the
 * same one, so that a resumed run sees what the first saw.
 * @param read decodes a file; throws InputError for one that cannot be used
 * @param onDamaged told what is wrong with a file, once
 */
export function loaderOf(
  { paths, window }: Pick<ImageFiles, "paths" | "window">,
  read: (path: string) => Promise<Image>,
  onDamaged: (message: string) => void = () => {},
): ImageLoader {
  const damaged = new Map<number, InputError>();
  const load = async (index: number): Promise<Image> => {
    for (let k = 0; k < paths.length; k++) {
      const at = (index + k) % paths.length;
      if (damaged.has(at)) continue;
      try {
        return await read(paths[at] as string);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        if (!damaged.has(at)) onDamaged(error.message);
        damaged.set(at, error);
      }
    }
    throw damaged.get(index) as InputError;
  };
  return { count: paths.length, window, load };
}

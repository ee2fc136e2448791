/** What a worker that makes batches is told, in every host: which system's batches, of which images. */
import type { BatchSource, ImageFiles, ImageLoader } from "../../engine/data/index.ts";
import { GanvasError } from "../../engine/errors.ts";
import { findSystem } from "../systems.ts";

/** Plain data, so that it can be sent to a worker. @typeParam Images where a host finds them */
export interface BatchOpening<Images = ImageFiles> {
  readonly system: string;
  readonly images: Images;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The source that a system makes of images. @throws GanvasError for a system that makes none */
export async function openSource(
  { system: name, options }: Pick<BatchOpening, "system" | "options">,
  images: ImageLoader,
): Promise<BatchSource> {
  const system = await findSystem(name);
  if (!system.source) throw new GanvasError(`${name} makes no batches out of image files`);
  return system.source(images, options);
}

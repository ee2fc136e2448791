/** The photo that is looked at, and the one that is there from the start. */
import { createPicture, type Picture } from "../../components/picture.ts";
import type { CallEngine, OpenedImage } from "../../engine-calls.ts";
import { FACTOR } from "./rules.ts";

export interface Photo {
  readonly name: string;
  readonly file: Blob;
  readonly image: OpenedImage;
  readonly picture: Picture;
}

/** @throws what decoding throws, or an AbortError */
export async function openPhoto(
  call: CallEngine,
  file: Blob,
  name: string,
  signal: AbortSignal,
): Promise<Photo> {
  const image = await call("open", [file, name], { signal });
  return { name, file, image, picture: await createPicture(image, FACTOR) };
}

/** See samples/CREDITS.md. */
export const SAMPLE = "parrots.png";

export async function fetchSample(): Promise<Blob> {
  const url = `samples/${SAMPLE}`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response.blob();
}

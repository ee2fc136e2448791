/** Hands bytes to the visitor as a file. */
import { element } from "./dom.ts";

export function saveFile(name: string, bytes: Uint8Array, type = "application/octet-stream"): void {
  const href = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

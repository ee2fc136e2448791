/** The files in `shaders/`, read from the disk. */
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../../shaders/", import.meta.url);

export interface ShaderFile {
  readonly file: string;
  readonly text: string;
}

export const shaderFiles: readonly ShaderFile[] = readdirSync(folder)
  .filter((file) => file.endsWith(".wgsl"))
  .map((file) => ({ file, text: readFileSync(new URL(file, folder), "utf8") }));

/** `r` or `w` for each storage binding, in order. */
export function accessOf(text: string): string {
  const bindings = [...text.matchAll(/@binding\((\d+)\) var<storage, (read|read_write)>/g)];
  return bindings
    .sort((a, b) => Number(a[1]) - Number(b[1]))
    .map((found) => (found[2] === "read" ? "r" : "w"))
    .join("");
}

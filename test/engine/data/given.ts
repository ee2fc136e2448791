/**
 * Finds the reference data that lies beside a checkout (variable GANVAS_DATA, or the folder ../shared): benchmark images
 * under data/, expected values under fixtures/. Tests that need it are skipped where it is absent.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Image } from "../../../engine/io/image.ts";

const root = process.env.GANVAS_DATA ?? fileURLToPath(new URL("../../../../shared", import.meta.url));

/** A folder of reference data, or undefined where there is none. */
export function givenFolder(name: string): string | undefined {
  const folder = join(root, name);
  return existsSync(folder) ? folder : undefined;
}

/** Decodes an image file to bytes, grey staying one channel. */
export async function decode(path: string): Promise<Image> {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  const channels = info.channels as Image["channels"];
  return { width: info.width, height: info.height, channels, data: new Uint8Array(data) };
}

interface Entry {
  readonly dtype: "F32" | "F64" | "I32";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface Fixture {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** One fixture case: its index entry, and its tensors (the float64 form where it is stored). */
export interface FixtureCase {
  readonly id: string;
  readonly config: Record<string, unknown>;
  readonly tolerance: Record<string, { readonly atol?: number }>;
  tensor(name: string): Fixture;
}

/** The cases of one kind in the fixture group "metrics"; empty where the fixtures are absent. */
export function metricCases(kind: string): FixtureCase[] {
  const folder = givenFolder("fixtures/given");
  if (!folder) return [];
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as {
    cases: (FixtureCase & { model?: string; file: string })[];
  };
  const bytes = readFileSync(join(folder, "metrics.safetensors"));
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerLength)) as Record<string, Entry>;
  const read = (entry: Entry): Fixture => {
    const [start, end] = entry.data_offsets.map((at) => at + 8 + headerLength) as [number, number];
    const raw = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end);
    const Type = { F32: Float32Array, F64: Float64Array, I32: Int32Array }[entry.dtype];
    return { shape: entry.shape, values: Float64Array.from(new Type(raw)) };
  };
  return index.cases
    .filter((c) => c.file === "metrics.safetensors" && c.model === kind)
    .map(({ id, config, tolerance }) => ({
      id,
      config,
      tolerance,
      tensor: (name) => read((header[`${id}/${name}.f64`] ?? header[`${id}/${name}`]) as Entry),
    }));
}

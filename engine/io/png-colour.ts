/**
 * What a PNG says of its colours, in one way that every decoder understands: a profile. Decoders differ in which of the chunks cICP,
 * iCCP, sRGB, gAMA and cHRM they follow; here the order of PNG (3rd ed. 4.3) holds.
 */
import { zlibSync } from "fflate";
import { type Chromaticity, type ColourSpace, type Curve, iccProfile } from "./icc-profile.ts";
import { joined, pngChunk } from "./png-writer.ts";

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
}

type Primaries = Omit<ColourSpace, "curve">;

const D65: Chromaticity = [0.3127, 0.329];
const BT709: Primaries = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: D65 };

/** By their numbers in ITU-T H.273. */
const PRIMARIES: ReadonlyMap<number, Primaries> = new Map([
  [1, BT709],
  [4, { red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08], white: [0.31, 0.316] }],
  [5, { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: D65 }],
  [6, { red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07], white: D65 }],
  [7, { red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07], white: D65 }],
  [9, { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: D65 }],
  [11, { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: [0.314, 0.351] }],
  [12, { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: D65 }],
]);

const srgb: Curve = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const bt709: Curve = (v) => (v < 0.081 ? v / 4.5 : ((v + 0.099) / 1.099) ** (1 / 0.45));
const power =
  (exponent: number): Curve =>
  (v) =>
    v ** exponent;

const CURVES: ReadonlyMap<number, Curve> = new Map([
  [1, bt709],
  [4, power(2.2)],
  [5, power(2.8)],
  [6, bt709],
  [8, power(1)],
  [13, srgb],
  [14, bt709],
  [15, bt709],
]);

/** Chunks that speak of colours. */
const OF_COLOUR: ReadonlySet<string> = new Set(["cICP", "iCCP", "sRGB", "gAMA", "cHRM"]);

/**
 * The same picture with a profile in the place of what says its colours in another way, and with nothing where that is sRGB. Files
 * that need none of this, or are no PNG, come back as they are.
 * @param onNote told of what cannot be followed
 */
export function withProfile(
  bytes: Uint8Array<ArrayBuffer>,
  onNote: (sentence: string) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const chunks = chunksOf(bytes);
  if (!chunks?.some(({ type }) => OF_COLOUR.has(type))) return bytes;
  const data = (type: string) => chunks.find((chunk) => chunk.type === type)?.data;
  const space = spaceOf(data, onNote);
  if (space === "profile") return bytes;
  const kept = chunks.filter(({ type }) => !OF_COLOUR.has(type)).map(({ whole }) => whole);
  const profile = space && [
    pngChunk("iCCP", joined([Uint8Array.of(0x67, 0, 0), zlibSync(iccProfile(space))])),
  ];
  // Behind the header, before palette and pixels.
  return joined([bytes.subarray(0, 8), ...kept.slice(0, 1), ...(profile ?? []), ...kept.slice(1)]);
}

/** The colours of the pixels: sRGB where it is undefined. */
function spaceOf(
  data: (type: string) => Uint8Array | undefined,
  onNote: (sentence: string) => void,
): ColourSpace | "profile" | undefined {
  const [primaries = 2, transfer = 2, matrix = 0] = data("cICP") ?? [];
  if (data("cICP")) {
    const [colours, curve] = [PRIMARIES.get(primaries), CURVES.get(transfer)];
    if (colours && curve && matrix === 0)
      return primaries === 1 && transfer === 13 ? undefined : { ...colours, curve };
    onNote(`its colours are coded as ${primaries}/${transfer}/${matrix} (H.273), which is not followed`);
  }
  if (data("iCCP")) return "profile";
  const gamma = data("gAMA");
  if (data("sRGB") || !gamma || gamma.length < 4) return undefined;
  const exponent = 100_000 / Math.max(viewOf(gamma).getUint32(0), 1);
  const chromaticities = data("cHRM");
  const colours = chromaticities && chromaticities.length >= 32 ? colourOf(chromaticities) : BT709;
  // Programs write a gamma of 1/2.2 and these primaries for sRGB.
  if (Math.abs(exponent - 2.2) < 0.05 && isBt709(colours)) return undefined;
  return { ...colours, curve: power(exponent) };
}

function colourOf(data: Uint8Array): Primaries {
  const at = (k: number): Chromaticity => [
    viewOf(data).getUint32(8 * k) / 1e5,
    viewOf(data).getUint32(8 * k + 4) / 1e5,
  ];
  const [white, red, green, blue] = [at(0), at(1), at(2), at(3)];
  return [white, red, green, blue].every(([, y]) => y > 0) ? { white, red, green, blue } : BT709;
}

const isBt709 = (colours: Primaries): boolean =>
  (["red", "green", "blue", "white"] as const).every((name) =>
    colours[name].every((value, k) => Math.abs(value - (BT709[name][k] as number)) < 0.002),
  );

/** Undefined where it is no PNG, or cut. */
function chunksOf(bytes: Uint8Array<ArrayBuffer>): readonly Chunk[] | undefined {
  const view = viewOf(bytes);
  if (bytes.length < 8 || view.getUint32(0) !== 0x89504e47) return undefined;
  const list: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) return undefined;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    list.push({
      type,
      data: bytes.subarray(at + 8, at + 8 + length),
      whole: bytes.subarray(at, at + 12 + length),
    });
    at += 12 + length;
  }
  return list;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

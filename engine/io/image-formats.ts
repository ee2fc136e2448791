/** Formats that are no damaged images, but are not read: told by their first bytes, so that the message can name them. */

const SIGNATURES: readonly (readonly [name: string, at: number, bytes: string])[] = [
  ["BMP", 0, "BM"],
  ["JPEG XL", 0, "\xff\x0a"],
  ["JPEG XL", 4, "JXL \r\n\x87\n"],
  ["JPEG 2000", 4, "jP  \r\n\x87\n"],
  ["JPEG 2000", 0, "\xff\x4f\xff\x51"],
  ["Photoshop", 0, "8BPS"],
  ["OpenEXR", 0, "\x76\x2f\x31\x01"],
  ["Radiance HDR", 0, "#?RADIANCE"],
  ["ICO", 0, "\x00\x00\x01\x00"],
  ["DDS", 0, "DDS "],
  ["Canon raw", 4, "ftypcrx "],
  ["PDF", 0, "%PDF"],
];

/** Of ISO 14496-12 files (ISO 23008-12 annex B): HEVC pictures, alone or in sequences. AVIF has others. */
const HEIC_BRANDS: ReadonlySet<string> = new Set([
  "heic",
  "heix",
  "heim",
  "heis",
  "hevc",
  "hevx",
  "hevm",
  "hevs",
]);

/** "HEIC", "JPEG XL", "BMP", …; undefined for all others, and for what is read anyway. */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  if (isHeic(start)) return "HEIC";
  return SIGNATURES.find(([, at, signature]) => start.startsWith(signature, at))?.[0];
}

/** The main brand, or where that is general ("mif1") one of those that it is compatible with. */
function isHeic(start: string): boolean {
  if (!start.startsWith("ftyp", 4)) return false;
  const size = Math.min(start.charCodeAt(2) * 256 + start.charCodeAt(3), start.length);
  const brands = Array.from({ length: Math.max(0, size - 8) / 4 }, (_, k) =>
    start.slice(8 + 4 * k, 12 + 4 * k),
  );
  return brands.some((brand) => HEIC_BRANDS.has(brand));
}

/** What a message says of such a file. */
export const notBuiltIn = (name: string, format: string, expected: string): string =>
  `${name}: ${format} is not built in; convert it to ${expected}`;

/** Numbers as people read them. */

/** `1.5 KiB`; bytes in powers of 1024. */
export const showBytes = (bytes: number): string => scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);

/** `19.9 Mflop`; in powers of 1000. */
export const showFlops = (flops: number): string =>
  scaled(flops, 1000, ["flop", "kflop", "Mflop", "Gflop", "Tflop"]);

/** `1,048,576`. */
export const showCount = (n: number): string => `${n}`.replace(/\B(?=(\d{3})+$)/g, ",");

function scaled(value: number, base: number, units: readonly string[]): string {
  let unit = 0;
  let rest = value;
  while (rest >= base && unit < units.length - 1) {
    rest /= base;
    unit++;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : rest >= 10 ? 1 : 2;
  return `${rest.toFixed(digits)} ${units[unit]}`;
}

/** The errors of ganvas. Every message names the op or file, the argument, what was expected and what came. */

/** Base of every error thrown on purpose. */
export class GanvasError extends Error {
  override name = "GanvasError";
}

/** A tensor has the wrong rank, size or dtype for an op. */
export class ShapeError extends GanvasError {
  override name = "ShapeError";
}

/** What the user gave cannot be used (a missing file, a wrong option); the terminal exits with code 2. */
export class InputError extends GanvasError {
  override name = "InputError";
}

/** A file is damaged or of another kind than expected. */
export class FormatError extends InputError {
  override name = "FormatError";
}

/** No usable WebGPU implementation, or the device failed. */
export class DeviceError extends GanvasError {
  override name = "DeviceError";
}

/**
 * The GPU device is gone, and with it what lay there: a driver was reset, a browser's GPU process ended. The next use of the engine
 * opens another one; parameters and kept tensors have to be made anew.
 */
export class DeviceLostError extends DeviceError {}

/** Whether an error, or what caused it, is that the device was lost. */
export function isDeviceLoss(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof DeviceLostError) return true;
  return false;
}

/** A value that was not expected, in a few words for a message. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value))
    return value.length < 5 && value.every(Number.isFinite)
      ? `[${value.join(", ")}]`
      : `an array of ${value.length}`;
  const { name = "object" } = value.constructor ?? {};
  return name === "Object" ? `{${Object.keys(value)}}` : `a ${name}`;
}

/** Checks that an argument is a file's bytes. */
export function expectBytes(owner: string, bytes: unknown): void {
  if (!(bytes instanceof Uint8Array))
    throw new GanvasError(`${owner}: needs the file's bytes, a Uint8Array, got ${shown(bytes)}`);
}

/** Checks that an argument is a Map of tensors by name, as `stateDict` gives it. */
export function expectMap(owner: string, argument: string, map: unknown): void {
  if (!(map instanceof Map))
    throw new GanvasError(`${owner}: ${argument} should be a Map of tensors by name, got ${shown(map)}`);
}

/** Checks that an argument is a function. */
export function expectFunction(owner: string, argument: string, value: unknown): void {
  if (typeof value !== "function")
    throw new GanvasError(`${owner}: ${argument} should be a function, got ${shown(value)}`);
}

/** Where numbers that are not finite were found first, while `debugNonFinite` is on. */
export interface NonFiniteReport {
  /** An op's result, state (a parameter, a moment) that an op has updated, or what an op was given. */
  readonly role: "result" | "state" | "given";
  /** The op that made them, or that first read what was given. */
  readonly op: string;
  /** The layer that recorded the op, where layers have names (see `nameLayers`); else empty. */
  readonly layer: string;
  /** Name of the state, or of what was given; of a result, its op. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly nan: number;
  readonly infinite: number;
  /** Coordinates of the first of them. */
  readonly first: readonly number[];
  /** The update they were found in (`running`), or the last one before; undefined where there was none. */
  readonly step: number | undefined;
  readonly running: boolean;
  /** What a result was computed from: all of it was finite. */
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** The largest magnitude in it. */
    readonly largest: number;
  }[];
}

/** A number that is not finite appeared while `debugNonFinite` was on. */
export class NonFiniteError extends GanvasError {
  override name = "NonFiniteError";
  readonly report: NonFiniteReport;

  constructor(message: string, report: NonFiniteReport) {
    super(message);
    this.report = report;
  }
}

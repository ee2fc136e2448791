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

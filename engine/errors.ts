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

  constructor(report: NonFiniteReport) {
    super(describeNonFinite(report));
    this.report = report;
  }
}

function describeNonFinite(r: NonFiniteReport): string {
  const shape = (sizes: readonly number[]) => `[${sizes.join(", ")}]`;
  const kinds = [r.nan > 0 ? [`${r.nan} NaN`] : [], r.infinite > 0 ? [`${r.infinite} infinite`] : []].flat();
  const size = r.shape.reduce((product, n) => product * n, 1);
  const what = `${kinds.join(" and ")} of ${size} numbers of shape ${shape(r.shape)}, the first at ${shape(r.first)}`;
  const layer = r.layer ? ` in layer ${r.layer}` : "";
  const step = r.step === undefined ? "" : `, ${r.running ? "in" : "after"} update ${r.step}`;
  if (r.role === "given") return `${r.op}${layer} was given ${r.name} with ${what}${step}`;
  if (r.role === "state") return `${r.op}${layer} left ${r.name} with ${what}${step}`;
  const inputs = r.inputs.map(
    (i) => `${i.name} ${shape(i.shape)} of magnitude up to ${i.largest.toPrecision(3)}`,
  );
  const finite = inputs.length > 0 ? `; what it was computed from was finite: ${inputs.join(", ")}` : "";
  return `${r.op}${layer} made ${what}${step}${finite}`;
}

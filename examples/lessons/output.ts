/** What cells show, as plain data that goes from a worker to a page or into a file. */
import { Tensor } from "../../engine/index.ts";
import type { Scene } from "../../models/toy/scene.ts";

export type Output =
  | { readonly kind: "text"; readonly title: string; readonly text: string }
  | {
      readonly kind: "tensor";
      readonly title: string;
      readonly shape: readonly number[];
      readonly data: Float32Array;
      /** Zero has a colour of its own. */
      readonly signed: boolean;
    }
  | {
      readonly kind: "curves";
      readonly title: string;
      readonly curves: Readonly<Record<string, readonly number[]>>;
    }
  | { readonly kind: "plane"; readonly title: string; readonly scene: Plane };

/** What of a toy GAN's plane is drawn. */
export type Plane = Pick<Scene, "grid" | "field" | "real" | "made">;

/** Items of a batch that are shown, and points of the plane. */
const ITEMS = 64;
const POINTS = 500;

/** How a tensor is to be coloured: from black to white, or with a colour for each sign. */
export type Colouring = "grey" | "signed";

/** The functions that cells have beside what they import. */
export interface Showing {
  /** Shows a value under the cell; a later one of the same title takes its place. */
  show(title: string, value: unknown, colouring?: Colouring): Promise<void>;
  /** Draws a line for each list of numbers. */
  plot(title: string, curves: Readonly<Record<string, readonly number[]>>): void;
}

/** @returns the functions, and what waits until all is told that they are still to tell, in the order of the calls */
export function showing(tell: (output: Output) => void): Showing & { readonly told: () => Promise<void> } {
  let last: Promise<void> = Promise.resolve();
  let failed: { readonly error: unknown } | undefined;
  return {
    async told() {
      await last;
      const failure = failed;
      failed = undefined;
      if (failure) throw failure.error;
    },
    show(title, value, colouring) {
      const here = new Error();
      const next = last.then(async () => {
        try {
          tell(await outputOf(String(title), value, colouring));
        } catch (error) {
          // What is recorded in one line runs in another: the reader is shown the line that asked for it.
          if (error instanceof Error && here.stack !== undefined) error.stack = here.stack;
          throw error;
        }
      });
      last = next.catch((error: unknown) => {
        failed ??= { error };
      });
      return next;
    },
    plot(title, curves) {
      tell({
        kind: "curves",
        title,
        curves: Object.fromEntries(Object.entries(curves).map(([name, line]) => [name, Array.from(line)])),
      });
    },
  };
}

async function outputOf(title: string, value: unknown, colouring?: Colouring): Promise<Output> {
  const shown = await value;
  if (shown instanceof Tensor) {
    if (shown.size === 1) return { kind: "text", title, text: words(await shown.item()) };
    const all = Float32Array.from(await shown.data());
    const [n = 1, ...rest] = shown.shape;
    const count = Math.min(n, shown.rank === 2 && rest[0] === 2 ? POINTS : ITEMS);
    const data = all.slice(0, (all.length / n) * count);
    const signed = colouring === "signed" || (colouring === undefined && data.some((x) => x < 0));
    return { kind: "tensor", title, shape: [count, ...rest], data, signed };
  }
  if (typeof shown === "object" && shown !== null && "field" in shown && "made" in shown) {
    const { grid, field, real, made } = shown as Plane;
    return {
      kind: "plane",
      title,
      scene: { grid, field, real: real.slice(0, 2 * POINTS), made: made.slice(0, 2 * POINTS) },
    };
  }
  return { kind: "text", title, text: words(shown) };
}

/** A value in words; numbers with the digits that single precision has. */
export function words(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(value as unknown as ArrayLike<unknown>, words).join(", ")}]`;
  if (typeof value === "object" && value !== null && !(value instanceof Tensor) && !(value instanceof Error))
    return Object.entries(value)
      .map(([name, part]) => `${name} ${words(part)}`)
      .join(", ");
  return String(value);
}

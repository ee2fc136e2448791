/** Tensors in a few lines. What finds these lines is loaded by a page when it is first asked for. */
import type { TensorSummary } from "./inspect/describe.ts";
import { expectTensors, Tensor } from "./tensor.ts";

/** Reads a tensor and describes its numbers. */
export async function describe(x: Tensor): Promise<TensorSummary> {
  expectTensors("describe", { x });
  return (await import("./inspect/describe.ts")).describe(x);
}

/** Prints what `describe` finds out on the console. */
export async function print(x: Tensor, label = ""): Promise<void> {
  const { text } = await describe(x);
  console.log(label === "" ? text : `${label}: ${text}`);
}

declare module "./tensor.ts" {
  interface Tensor {
    /** Reads the tensor and finds out min, max, mean, standard deviation, NaN and infinite numbers, and corner values. */
    describe(): Promise<TensorSummary>;
    /** Prints what `describe` finds out on the console. */
    print(label?: string): Promise<void>;
  }
}

Object.defineProperties(Tensor.prototype, {
  describe: {
    value(this: Tensor) {
      return describe(this);
    },
  },
  print: {
    value(this: Tensor, label?: string) {
      return print(this, label);
    },
  },
});

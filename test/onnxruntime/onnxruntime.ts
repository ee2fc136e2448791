/** ONNX Runtime, which runs exported models in tests. It takes 300 MB and is installed when first asked for. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SetupError } from "../../examples/setup/install.mjs";
import { ensurePackages } from "../../examples/setup/packages.mjs";

/** What tests use of it. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: { executionProviders: readonly string[]; graphOptimizationLevel: string },
    ): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OnnxTensor;
}

export interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

/** @returns the runtime, or the reason why it cannot be had */
export async function findOnnxRuntime(): Promise<OnnxRuntime | string> {
  try {
    const list = fileURLToPath(new URL("package.json", import.meta.url));
    const folder = await ensurePackages("onnxruntime", list, "ONNX Runtime (300 MB)");
    return createRequire(join(folder, "package.json"))("onnxruntime-node") as OnnxRuntime;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    // Its binaries cover fewer platforms than the tests do.
    return `ONNX Runtime does not load here: ${(error as Error).message}`;
  }
}

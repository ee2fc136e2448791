// @ts-nocheck the library is installed in a cache folder, where no types are looked for
// onnxruntime-web with its WebGPU execution provider: inference only. Inputs and outputs stay on the GPU. Node only: its
// WebAssembly is read from the disk.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { OnnxGraph } from "../../engine/io/onnx.ts";
import { filling, numbers, opened, serve } from "./harness.ts";

const dist = dirname(
  createRequire(join(process.env.GANVAS_PEERS, "package.json")).resolve("onnxruntime-web"),
);
const url = (file) => pathToFileURL(join(dist, file)).href;
const ort = await import(url("ort.webgpu.min.mjs"));
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { mjs: url("ort-wasm-simd-threaded.asyncify.mjs") };
ort.env.wasm.wasmBinary = readFileSync(join(dist, "ort-wasm-simd-threaded.asyncify.wasm"));

/** Runs a graph `repeats` times on the same inputs. `build` returns the output's name and shape. */
const item =
  (build, inputs, repeats = 1) =>
  async () => {
    const graph = new OnnxGraph();
    for (const [name, dims] of Object.entries(inputs)) graph.input(name, dims);
    const [output, shape] = build(graph);
    graph.output(output, shape);
    const info = { name: "bench", description: "", producer: ["ganvas", ""] };
    const session = await ort.InferenceSession.create(graph.encode(info), {
      executionProviders: ["webgpu"],
      preferredOutputLocation: "gpu-buffer",
      graphOptimizationLevel: "all",
    });
    const device = (await ort.env.webgpu.device) ?? opened.device;
    const feeds = {};
    for (const [name, dims] of Object.entries(inputs)) {
      const data = filling(dims);
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
      const buffer = device.createBuffer({ size: data.byteLength, usage });
      device.queue.writeBuffer(buffer, 0, data);
      feeds[name] = ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims });
    }
    return async () => {
      for (let k = 0; k < repeats; k++)
        for (const tensor of Object.values(await session.run(feeds))) tensor.dispose();
      await device.queue.onSubmittedWorkDone();
    };
  };

const padded = (pad) => ({ pads: [pad, pad, pad, pad] });

function srresnet(graph) {
  const filled = (n, value) => graph.constant([n], new Float32Array(n).fill(value));
  const conv = (x, k, i, o) =>
    graph.op(
      "Conv",
      [x, graph.constant([o, i, k, k], numbers(o * i * k * k, 2 / Math.sqrt(k * k * i))), filled(o, 0)],
      { kernel_shape: [k, k], strides: [1, 1], ...padded(k >> 1) },
    );
  const prelu = (x) => graph.op("PRelu", [x, graph.constant([64, 1, 1], new Float32Array(64).fill(0.25))]);
  const norm = (x) =>
    graph.op("BatchNormalization", [x, filled(64, 1), filled(64, 0), filled(64, 0), filled(64, 1)], {
      epsilon: { float: 1e-5 },
    });
  const first = prelu(conv("x", 9, 3, 64));
  let h = first;
  for (let k = 0; k < 16; k++) {
    const inner = prelu(norm(conv(h, 3, 64, 64)));
    h = graph.op("Add", [h, norm(conv(inner, 3, 64, 64))]);
  }
  h = graph.op("Add", [norm(conv(h, 3, 64, 64)), first]);
  for (let k = 0; k < 2; k++)
    h = prelu(graph.op("DepthToSpace", [conv(h, 3, 64, 256)], { blocksize: 2, mode: "CRD" }));
  return [conv(h, 9, 64, 3), [1, 3, 128, 128]];
}

const matmul = (n) => item((m) => [m.op("MatMul", ["a", "b"]), [n, n]], { a: [n, n], b: [n, n] });

await serve({
  "matmul-512": matmul(512),
  "matmul-1024": matmul(1024),
  conv3: item(
    (m) => {
      const w = m.constant([64, 64, 3, 3], numbers(36864, 0.1));
      return [m.op("Conv", ["x", w], { kernel_shape: [3, 3], ...padded(1) }), [1, 64, 64, 64]];
    },
    { x: [1, 64, 64, 64] },
  ),
  deconv4s2: item(
    (m) => {
      const w = m.constant([128, 64, 4, 4], numbers(131072, 0.1));
      const y = m.op("ConvTranspose", ["x", w], { kernel_shape: [4, 4], strides: [2, 2], ...padded(1) });
      return [y, [16, 64, 32, 32]];
    },
    { x: [16, 128, 16, 16] },
  ),
  srresnet: item(srresnet, { x: [1, 3, 32, 32] }),
  "adds-1000": item((m) => [m.op("Add", ["a", "b"]), [16]], { a: [16], b: [16] }, 1000),
});

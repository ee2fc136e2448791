/**
 * The tests that must hold on every implementation of WebGPU. The same list runs on Dawn in Node, in Chromium (Dawn and Tint
 * behind a browser's limits) and on Deno's wgpu, so a test may use nothing that one of them lacks.
 */
import { add, indexSelect, Rng, rand, randn, scatterAdd, tensor } from "../../engine/index.ts";
import { normalPair, randomBits } from "../../engine/random.ts";
import { explain, outcomeOf } from "../fixtures/outcome.ts";
import { openFixtures } from "../fixtures/cases.ts";
import penaltiesIndex from "../fixtures/data/penalties.json";
import penaltiesTensors from "../fixtures/data/penalties.safetensors";
import srresnetIndex from "../fixtures/data/srresnet.json";
import srresnetTensors from "../fixtures/data/srresnet.safetensors";
import { NotSupported } from "../reference/backend.ts";
import { opCases } from "../reference/cases.ts";
import type { OpCase } from "../reference/cases.ts";
import { type CheckOptions, checkOp } from "../reference/check.ts";
import { engineBackend } from "../reference/engine.ts";
import { openGpu } from "./open-gpu.ts";
import { passesNaN } from "./passes-nan.ts";

export interface SelfTest {
  readonly name: string;
  /**
   * Rejects with what went wrong. Resolves to a reason where there is nothing to test yet.
   * @param again another implementation runs the whole test: what makes most of the kernels is left out
   */
  run(again: boolean): Promise<string | undefined>;
}

const ADD = `
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&b)) { b[id.x] += a[id.x]; }
}`;

/** The host itself: a kernel of two buffers, with none of the engine in between. */
async function addsOnTheGpu(): Promise<undefined> {
  const adapter = await (await openGpu()).requestAdapter();
  if (!adapter) throw new Error("no adapter");
  const device = await adapter.requestDevice();
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const numbers = Float32Array.from({ length: 100 }, (_, i) => i);
  const buffers = [0, 1].map(() => device.createBuffer({ size: numbers.byteLength, usage }));
  for (const buffer of buffers) device.queue.writeBuffer(buffer, 0, numbers);
  const module = device.createShaderModule({ code: ADD });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const readback = device.createBuffer({
    size: numbers.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(2);
  pass.end();
  encoder.copyBufferToBuffer(buffers[1] as GPUBuffer, 0, readback, 0, numbers.byteLength);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  const sums = new Float32Array(readback.getMappedRange().slice(0));
  device.destroy();
  const wrong = sums.findIndex((sum, i) => sum !== 2 * i);
  if (wrong >= 0) throw new Error(`${wrong} + ${wrong} came out as ${sums[wrong]}`);
}

/**
 * Where another implementation checks all Hessian-vector products, one in this many. They are made of the ops that gradients
 * are made of, in other places: what can differ from one implementation to the next is in the others already.
 */
const SECOND_AGAIN = 8;

function opTest(family: string, of: OpCase, k: number, type: CheckOptions["type"] = "f32"): SelfTest {
  return {
    name: `${family}: ${of.name}${type === "f32" ? "" : `, ${type}`}`,
    async run(again) {
      try {
        const check = await checkOp(of, engineBackend, { type, second: !again || k % SECOND_AGAIN === 0 });
        const wrong = Object.entries(check).filter(([, ratio]) => !(ratio <= 1));
        if (wrong.length > 0)
          throw new Error(
            wrong.map(([what, ratio]) => `${what}: ${ratio} times the allowed error`).join(", "),
          );
      } catch (error) {
        if (error instanceof NotSupported) return error.message;
        throw error;
      }
      return undefined;
    },
  };
}

/** Every op against the float64 reference: results, gradients, Hessian-vector products. */
const opTests = Object.entries(opCases).flatMap(([family, cases]) =>
  cases.map((of, k) => opTest(family, of, k)),
);

/** Some of each family in half precision, or in what stands for it where the adapter has none. */
const halfTests = Object.entries(opCases).flatMap(([family, cases]) =>
  cases.filter((_, k) => k % 16 === 3).map((of, k) => opTest(family, of, k, "f16")),
);

/** All cases of reference data that lie beside the tests. */
async function equalsPyTorch(index: unknown, tensors: Uint8Array): Promise<undefined> {
  const fixtures = openFixtures("test/fixtures/data", JSON.stringify(index), () => tensors);
  for (const fixture of fixtures.cases) {
    const outcome = await outcomeOf(engineBackend, fixtures, fixture);
    if (outcome.status !== "passed") throw new Error(`${outcome.id} ${explain(outcome)}`);
  }
}

/** Integer arithmetic, conversion and scaling are exact everywhere: random numbers are the same on every host. */
async function drawsTheSameNumbers(): Promise<undefined> {
  const [seed, step, purpose] = [2 ** 40 + 3, 5, 7];
  const rng = new Rng(seed, purpose).at(step);
  const uniform = await rand([37], rng).data();
  const normal = await randn([3], rng).data();
  uniform.forEach((got, k) => {
    const word = randomBits(seed, k >> 2, step, 0, purpose)[k & 3] as number;
    const want = (word >>> 8) / 2 ** 24;
    if (got !== want) throw new Error(`uniform number ${k} is ${got} instead of ${want}`);
  });
  const [a, b] = randomBits(seed, 0, step, 1, purpose);
  normalPair(a, b).forEach((want, k) => {
    const got = normal[k] as number;
    // WGSL's cosine may be off by 2^-11.
    if (!(Math.abs(got - want) <= 2e-3)) throw new Error(`normal number ${k} is ${got} instead of ${want}`);
  });
}

/** Where robust buffer access would hide or excuse it: indices made on the GPU that are outside the axis. */
async function picksNothingOutside(): Promise<undefined> {
  const index = add(tensor(Int32Array.of(1, 2, -1, 2147483647, -2147483648)), 0);
  const picked = await indexSelect(tensor([7, 8]), index).data();
  const scattered = await scatterAdd(tensor([1, 2, 3, 4, 5]), index, 0, 2).data();
  if (picked.join() !== "8,0,0,0,0") throw new Error(`picked ${picked.join()}`);
  if (scattered.join() !== "0,1") throw new Error(`scattered ${scattered.join()}`);
}

export const selfTests: readonly SelfTest[] = [
  { name: "adds two buffers", run: addsOnTheGpu },
  // Forward passes, gradients, running statistics, three Adam steps.
  { name: "SRResNet equals PyTorch's", run: () => equalsPyTorch(srresnetIndex, srresnetTensors) },
  // WGAN-GP and R1 through convolutions and batch norm, with the gradient of every parameter.
  {
    name: "gradient penalties equal PyTorch's",
    run: () => equalsPyTorch(penaltiesIndex, penaltiesTensors),
  },
  { name: "draws the same random numbers", run: drawsTheSameNumbers },
  { name: "picks nothing outside a tensor", run: picksNothingOutside },
  { name: "passes on what is no number", run: passesNaN },
  ...opTests,
  ...halfTests,
];

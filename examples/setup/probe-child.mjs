// Runs in a child process of its own: a broken Vulkan driver may crash or hang whoever loads it. Prints one JSON line with
// the adapter if a tiny dispatch on it gave the right numbers.
import { create, globals } from "webgpu";

Object.assign(globalThis, globals);
// Held to the end: Dawn hangs or crashes when its instance is collected while an adapter of it is in use.
const gpu = create([]);
Object.assign(globalThis, { gpu });
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error("no adapter");
const device = await adapter.requestDevice();
const code = `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] = sqrt(x[id.x]) + 1.0; }`;
const pipeline = await device.createComputePipelineAsync({
  layout: "auto",
  compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
});
const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
const buffer = device.createBuffer({ size: 16, usage });
const readback = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
device.queue.writeBuffer(buffer, 0, new Float32Array([0, 1, 4, 9]));
const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
pass.setPipeline(pipeline);
const entries = [{ binding: 0, resource: { buffer } }];
pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
pass.dispatchWorkgroups(1);
pass.end();
encoder.copyBufferToBuffer(buffer, 0, readback, 0, 16);
device.queue.submit([encoder.finish()]);
await readback.mapAsync(GPUMapMode.READ);
const result = [...new Float32Array(readback.getMappedRange())].join();
if (result !== "1,2,3,4") throw new Error(`sqrt(x) + 1 of 0, 1, 4, 9 came out as ${result}`);
const { vendor, architecture, device: name, description, isFallbackAdapter } = adapter.info;
process.stdout.write(
  `${JSON.stringify({ vendor, architecture, name, description, software: isFallbackAdapter })}\n`,
);
// Dawn's threads would keep the process alive.
process.exit(0);

/** A process for others to kill, or to be in the way of: `save FOLDER` saves without end, `lock FOLDER` begins a run there. */
import { encodeCheckpoint, hostTensor } from "../../engine/io/index.ts";
import { folderStore } from "../../models/training/store-node.ts";

const [what, folder = ""] = process.argv.slice(2);
const store = folderStore(folder);

if (what === "save")
  for (let step = 1; ; step++) {
    const model = new Map([["w", hostTensor(new Float32Array(50_000).fill(step), [50_000])]]);
    const checkpoint = { step, seed: 0, rng: {}, options: {}, model, optimizer: new Map() };
    await store.write("checkpoint.safetensors", encodeCheckpoint(checkpoint));
    await store.append("log.jsonl", `{"step":${step}}\n`);
    if (step === 1) process.stdout.write("saving\n");
  }

try {
  const free = await store.open();
  process.stdout.write("mine\n");
  await new Promise((resume) => process.stdin.once("end", resume).resume());
  await free();
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}

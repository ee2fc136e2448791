/**
 * Runs all lessons and writes what their cells show, for pages without a GPU and before the first run:
 * `node examples/setup/run-entry.mjs examples/lessons/record.ts [LESSON…]`
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { close } from "../../engine/index.ts";
import { lessons } from "./index.ts";
import { recordingOf } from "./recording.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const weights = async (name: string) =>
  new Uint8Array(await readFile(pathOf(`../../models/weights/${name}`)));

const wanted = process.argv.slice(2);
for (const lesson of lessons.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const start = performance.now();
  const { outputs, problem } = await recordingOf(lesson, weights);
  if (problem)
    throw new Error(`${lesson.name}, cell ${problem.cell}, line ${problem.line}: ${problem.message}`);
  const text = `${JSON.stringify(outputs)}\n`;
  await writeFile(pathOf(`recorded/${lesson.name}.json`), text);
  console.log(`${lesson.name}: ${text.length} bytes, ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
await close();

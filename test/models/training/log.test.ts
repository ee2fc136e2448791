import { expect, test } from "vitest";
import { RunLog } from "../../../models/training/log.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = async (store: ReturnType<typeof memoryStore>) =>
  new TextDecoder().decode(await store.read("log.jsonl"));

test("a run's log loses the lines about updates that will be made again", async () => {
  const store = memoryStore();
  const lines = [
    { event: "start", step: 0 },
    { step: 10, loss: 1 },
    { step: 20, loss: 0.5 },
  ];
  await store.write("log.jsonl", bytes(`${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"step":3`));
  const log = await RunLog.resume(store, 10, false);
  log.write({ event: "resume", step: 10, psnr: Number.POSITIVE_INFINITY });
  await log.flush();
  const kept = (await textOf(store))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(kept).toEqual([lines[0], lines[1], { event: "resume", step: 10, psnr: "Infinity" }]);
});

test("it keeps the scores of the last checkpoint, unless they are to be measured again", async () => {
  const store = memoryStore();
  const lines = [
    { step: 10, loss: 1 },
    { step: 10, validation: { psnr: 20 } },
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`);
  await store.write("log.jsonl", bytes(text.join("")));
  await RunLog.resume(store, 10, false);
  expect(await textOf(store)).toBe(text.join(""));
  await RunLog.resume(store, 10, true);
  expect(await textOf(store)).toBe(text[0]);
});

test("it begins where there was none, and tells where it cannot be written", async () => {
  const store = memoryStore();
  await RunLog.resume(store, 5, false);
  expect(await textOf(store)).toBe("");
  const full = { ...store, append: async () => Promise.reject(new Error("the disk is full")) };
  const log = await RunLog.begin(full);
  log.write({ step: 1 });
  await expect(log.flush()).rejects.toThrow("the disk is full");
});

test("lines that could not be written are written with the next, whatever was left of them", async () => {
  const store = memoryStore();
  let full = false;
  const log = await RunLog.begin({
    ...store,
    append: async (name, text) => {
      await store.append(name, full ? text.slice(0, 5) : text);
      if (full) throw new Error("the disk is full");
    },
  });
  for (const step of [1, 2, 3, 4]) {
    full = step === 2 || step === 3;
    log.write({ step });
    await log.flush().catch(() => {});
  }
  const whole = (await textOf(store))
    .split("\n")
    .flatMap((line) => (line.endsWith("}") ? [JSON.parse(line)] : []));
  expect(whole).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }, { step: 4 }]);
});

/** Files of a run: a process killed while it saves, several on one folder, disks that are full for a while or for good. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../../engine/errors.ts";
import { decodeCheckpoint } from "../../../engine/io/index.ts";
import { integer, randomBits } from "../../../engine/random.ts";
import { bundleEntry } from "../../../examples/setup/bundle.mjs";
import { StoreError } from "../../../models/training/host.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";
import { folderStore } from "../../../models/training/store-node.ts";
import { shift } from "../../models/made-up-system.ts";
import { rehearse } from "../rehearsed.ts";
import { type Amount, type Row, Tally } from "../row.ts";

const SEED = 23;

interface Child {
  readonly process: ChildProcess;
  /** Resolves at its first word. */
  readonly begun: Promise<unknown>;
  readonly ended: Promise<number | null>;
  out: string;
}

async function start(...args: string[]): Promise<Child> {
  const bundle = await bundleEntry("test/reliability/child-main.ts");
  const process_ = spawn(process.execPath, [bundle, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const child: Child = {
    process: process_,
    begun: new Promise((resolve) => {
      process_.stdout.once("data", resolve);
      process_.once("close", resolve);
    }),
    ended: new Promise((resolve) => process_.once("close", resolve)),
    out: "",
  };
  process_.stdout.setEncoding("utf8").on("data", (text: string) => {
    child.out += text;
  });
  return child;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "ganvas-reliability-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with the files that a killed process has left. */
async function faultOfFiles(folder: string): Promise<string | undefined> {
  const { step, model } = decodeCheckpoint(
    readFileSync(join(folder, "checkpoint.safetensors")),
    "checkpoint",
  );
  for (const { data } of model.values())
    if (!(data as Float32Array).every((value) => value === step))
      return `a checkpoint of two updates, at ${step}`;
  const free = await folderStore(folder).open();
  await free();
  const left = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
  return left.length > 0 ? `${left.length} files half-written are left` : undefined;
}

/** A process that saves without a pause, killed at moments of chance. */
export async function killedWhileSaving({ short }: Amount): Promise<Row> {
  const tally = new Tally();
  await inFolder(async (folder) => {
    for (let k = 0; k < (short ? 4 : 200); k++) {
      const child = await start("save", folder);
      await child.begun;
      await new Promise((resume) => setTimeout(resume, integer(randomBits(SEED, k)[0], 60)));
      child.process.kill("SIGKILL");
      await child.ended;
      const fault = await faultOfFiles(folder).catch((error: Error) => error.message);
      tally.add(`kill ${k}`, fault, fault);
    }
  });
  return tally.row("killed", "kill -9 while saving");
}

/** Several processes that begin a run in one folder, some with the lock of a dead one in it. */
export async function sharedFolder({ short }: Amount): Promise<Row> {
  const tally = new Tally();
  for (let k = 0; k < (short ? 2 : 40); k++)
    await inFolder(async (folder) => {
      if (k % 2 === 1) writeFileSync(join(folder, "run.lock"), "999999999");
      const children = await Promise.all(Array.from({ length: short ? 2 : 4 }, () => start("lock", folder)));
      // Whoever has it keeps it until all have looked.
      await Promise.all(children.map(({ begun }) => begun));
      for (const { process } of children) process.stdin?.end();
      await Promise.all(children.map(({ ended }) => ended));
      const outs = children.map(({ out }) => out.trim());
      const winners = outs.filter((out) => out === "mine").length;
      const losers = outs.filter((out) => out.startsWith("another run (process ")).length;
      const fault =
        winners === 1 && losers === children.length - 1 ? undefined : `${winners} began: ${outs.join(" | ")}`;
      const after = await folderStore(folder)
        .open()
        .then((free) => free())
        .then(() => undefined)
        .catch((error: Error) => error.message);
      tally.add(`round ${k}`, fault, after);
    });
  return tally.row("shared folder", "processes that begin a run at once");
}

/** Updates of the run on failing disks. */
const UPDATES = 4;

/** The n-th write fails, for every n, once and from n on. */
export async function fullDisk(): Promise<Row> {
  const tally = new Tally();
  const whole = await rehearse(shift, UPDATES, memoryStore(), 1);
  for (const once of [true, false])
    for (let n = 0; ; n++) {
      let [made, failed] = [0, 0];
      const store = memoryStore();
      const attempt = async (write: () => Promise<void>) => {
        const k = made++;
        if (once ? k !== n : k < n) return write();
        failed++;
        throw new StoreError("cannot write: the disk is full");
      };
      const { checkpoint, error, said } = await rehearse(
        shift,
        UPDATES,
        {
          ...store,
          write: (name, bytes) => attempt(() => store.write(name, bytes)),
          append: (name, text) => attempt(() => store.append(name, text)),
        },
        1,
      );
      if (failed === 0) break;
      const isTold =
        error === undefined
          ? said.some((line) => line.includes("the disk is full")) || once
          : error instanceof InputError && error.message.includes("the disk is full");
      const isSame = checkpoint && whole.checkpoint && Buffer.compare(checkpoint, whole.checkpoint) === 0;
      // What could be written is whole, and a run whose disk failed once in its midst ends as if it had not.
      if (checkpoint) decodeCheckpoint(checkpoint, "checkpoint");
      tally.add(
        `write ${n}${once ? "" : " and on"}`,
        isTold ? undefined : `told as ${error}`,
        error === undefined && !isSame ? "another result" : undefined,
      );
    }
  return tally.row("full disk", "every write of a run");
}

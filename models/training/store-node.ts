/** A run's files in a folder, in Node and Deno. */
import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { reason } from "../../engine/io/fs-node.ts";
import { readFileBytes, removeUnfinished, writeFileAtomic } from "../../engine/io/node.ts";
import { type RunStore, StoreError } from "./host.ts";

const LOCK = "run.lock";

/** The store of this folder, which need not exist yet. */
export function folderStore(folder: string): RunStore {
  const at = (name: string) => join(folder, name);
  return {
    path: (name) => (name === undefined ? folder : at(name)),
    read: async (name) => (existsSync(at(name)) ? readFileBytes(at(name)) : undefined),
    async write(name, bytes) {
      try {
        await writeFileAtomic(at(name), bytes);
      } catch (error) {
        throw new StoreError((error as Error).message);
      }
    },
    async append(name, text) {
      try {
        appendFileSync(at(name), text);
      } catch (error) {
        throw new StoreError(`cannot write ${at(name)}: ${reason(error)}`);
      }
    },
    remove: async (name) => rmSync(at(name), { force: true }),
    check: async () => checkFolder(folder),
    async open() {
      makeFolder(folder);
      const free = await lock(folder);
      await removeUnfinished(folder);
      return async () => free();
    },
    within: (name) => folderStore(at(name)),
  };
}

/** Milliseconds within which processes that begin at once have written who they are. */
const TURN = 200;

/** Keeps other runs out of a folder while this process lives. @throws InputError where one is at work there */
async function lock(folder: string): Promise<() => void> {
  const file = join(folder, LOCK);
  const refuseOther = (owner: number) => {
    if (owner !== process.pid && lives(owner))
      throw new InputError(
        `another run (process ${owner}) is writing into ${folder}: wait for it, or choose another folder`,
      );
  };
  const owner = () => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0);
  const pause = () => new Promise((resume) => setTimeout(resume, TURN));
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST")
      throw new InputError(`cannot write ${file}: ${reason(error)}`);
    // One that is empty may be about to be written.
    if (owner() === 0) await pause();
    refuseOther(owner());
    // Its process was killed. Others may have found that as well: the last of them to say so has it.
    writeFileSync(file, String(process.pid));
    await pause();
    refuseOther(owner());
  }
  const free = () => rmSync(file, { force: true });
  process.once("exit", free);
  return () => {
    process.off("exit", free);
    free();
  };
}

function lives(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Is there a folder of this name? */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Says before the work, not after it, that nothing can be written into a folder. It need not exist yet, and is not made.
 * @throws InputError
 */
export function checkFolder(path: string): void {
  let dir = resolve(path);
  while (!existsSync(dir) && dirname(dir) !== dir) dir = dirname(dir);
  if (!isFolder(dir)) throw new InputError(`cannot write into ${path}: ${dir} is a file`);
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch {
    throw new InputError(`cannot write into ${path}: permission is denied`);
  }
}

/** Makes a folder, with those above it. @throws InputError */
export function makeFolder(path: string): void {
  checkFolder(path);
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new InputError(`cannot make the folder ${path}: ${reason(error)}`);
  }
}

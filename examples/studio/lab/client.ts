/** Finds where the lab can run: in a worker of its own, or else on the page's thread. */
import { proxy, type Remote, wrap } from "comlink";
import type { Lab, SystemEntry } from "./types.ts";

/** The lab as pages call it. */
export interface LabClient {
  readonly lab: Remote<Lab> | Lab;
  readonly systems: readonly SystemEntry[];
  /** Names of data that was dropped in this visit, on any page. */
  readonly dropped: string[];
  /** A function that the lab may call. */
  readonly heard: <F extends (...told: never[]) => void>(follow: F) => F;
}

let opened: Promise<LabClient> | undefined;

let current: { readonly state: URLSearchParams; readonly onLoss: () => void } | undefined;

/**
 * The lab has one run at a time.
 * @param state of the address that finds this run again
 * @param onLoss told when another page begins its own: this one is paused and kept
 */
export function claimRun(state: URLSearchParams, onLoss: () => void): void {
  if (current?.onLoss !== onLoss) current?.onLoss();
  current = { state, onLoss };
}

/** The run that was begun last in this visit. */
export const runBefore = (): URLSearchParams | undefined => current?.state;

/** Started when a page asks for it first; the same for all pages. @param inWorker false: WebGPU is offered to pages only */
export function openLab(inWorker: boolean): Promise<LabClient> {
  opened ??= inWorker ? inItsWorker() : here();
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

async function inItsWorker(): Promise<LabClient> {
  const worker = new Worker(new URL("./lab-worker.js", import.meta.url), {
    type: "module",
    name: "ganvas lab",
  });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) =>
      reject(new Error(event.message || "the training worker could not be loaded")),
    );
  });
  const lab = wrap<Lab>(worker);
  const systems = await Promise.race([lab.connect(), failed]);
  return { lab, systems, dropped: [], heard: (follow) => proxy(follow) };
}

async function here(): Promise<LabClient> {
  const { WorkerLab } = await import("./lab.ts");
  const lab = new WorkerLab();
  return { lab, systems: await lab.connect(), dropped: [], heard: (follow) => follow };
}

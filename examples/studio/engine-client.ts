/** Finds where the engine can run: in a worker, or else on the page's own thread. */
import type { Connection } from "./engine-bridge.ts";
import type { CallEngine } from "./engine-calls.ts";
import { RemoteEngine } from "./engine-remote.ts";

/** An engine with an open GPU. */
export interface Engine {
  readonly call: CallEngine;
  readonly connection: Connection;
  readonly runsIn: "worker" | "page";
}

/**
 * Opens the GPU in a worker. Where a browser offers WebGPU to pages only, the engine runs on the page's thread, which it
 * leaves free between tiles.
 *
 * @throws the error of the last attempt, where no GPU can be opened
 */
export async function startEngine(): Promise<Engine> {
  try {
    const { call } = new RemoteEngine();
    return { call, connection: await call("connect", []), runsIn: "worker" };
  } catch {
    const { engineCall: call } = await import("./engine-bridge.ts");
    return { call, connection: await call("connect", []), runsIn: "page" };
  }
}

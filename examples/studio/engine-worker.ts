/** Runs the engine in a dedicated worker, so that the page stays alive while the network computes. */
import { engineCall } from "./engine-bridge.ts";
import type { CallName, EngineReply, EngineRequest } from "./engine-calls.ts";

const running = new Map<number, AbortController>();

addEventListener("message", (event: MessageEvent<EngineRequest>) => {
  const request = event.data;
  if (request.name === "abort") running.get(request.id)?.abort();
  else void answer(request);
});

async function answer(request: Extract<EngineRequest, { readonly name: CallName }>): Promise<void> {
  const { id } = request;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const value = await engineCall(request.name, request.args, {
      signal: controller.signal,
      onProgress: (progress: unknown) => {
        const tile = typeof progress === "object" && progress !== null && "tile" in progress && progress.tile;
        const image = typeof tile === "object" && tile !== null && "image" in tile && tile.image;
        reply({ id, kind: "progress", value: progress }, pixelsOf(image));
      },
    });
    reply({ id, kind: "result", value }, pixelsOf(value));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    reply({ id, kind: "error", name, message });
  } finally {
    running.delete(id);
  }
}

function reply(message: EngineReply, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

/** The pixels of an image are moved to the page rather than copied. */
function pixelsOf(value: unknown): Transferable[] {
  if (typeof value !== "object" || value === null || !("data" in value)) return [];
  return value.data instanceof Uint8Array && value.data.buffer instanceof ArrayBuffer
    ? [value.data.buffer]
    : [];
}

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EngineReply, EngineRequest } from "../../../examples/studio/engine-calls.ts";
import { RemoteEngine } from "../../../examples/studio/engine-remote.ts";

/** Stands for the browser's Worker: keeps what it is sent, and answers when told to. */
class FakeWorker extends EventTarget {
  static made: FakeWorker[] = [];
  readonly requests: EngineRequest[] = [];
  terminated = false;

  constructor() {
    super();
    FakeWorker.made.push(this);
  }

  postMessage(request: EngineRequest): void {
    this.requests.push(request);
  }

  terminate(): void {
    this.terminated = true;
  }

  reply(reply: EngineReply): void {
    this.dispatchEvent(new MessageEvent("message", { data: reply }));
  }
}

const image = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) } as const;
const worker = (index: number): FakeWorker => {
  const made = FakeWorker.made[index];
  if (made === undefined) throw new Error(`worker ${index} was not started`);
  return made;
};

beforeEach(() => {
  FakeWorker.made = [];
  vi.useFakeTimers();
  vi.stubGlobal("Worker", FakeWorker);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("RemoteEngine", () => {
  it("starts one worker, and gives each reply to its call", async () => {
    const engine = new RemoteEngine();
    const progress = vi.fn();
    const upscaled = engine.call("upscale", [image, "net", undefined, false], { onProgress: progress });
    const bicubic = engine.call("bicubic", [image, image]);
    worker(0).reply({ id: 2, kind: "result", value: "second" });
    worker(0).reply({ id: 1, kind: "progress", value: { done: 1, total: 2 } });
    worker(0).reply({ id: 1, kind: "result", value: "first" });
    expect(await upscaled).toBe("first");
    expect(await bicubic).toBe("second");
    expect(progress).toHaveBeenCalledExactlyOnceWith({ done: 1, total: 2 });
    expect(FakeWorker.made).toHaveLength(1);
  });

  it("rebuilds errors with name and message", async () => {
    const call = new RemoteEngine().call("bicubic", [image, image]);
    worker(0).reply({ id: 1, kind: "error", name: "InputError", message: "too small" });
    await expect(call).rejects.toMatchObject({ name: "InputError", message: "too small" });
    expect(worker(0).terminated).toBe(false);
  });

  it("starts afresh after the GPU is lost", async () => {
    const engine = new RemoteEngine();
    const [first, second] = [engine.call("bicubic", [image, image]), engine.call("bicubic", [image, image])];
    worker(0).reply({ id: 1, kind: "error", name: "DeviceError", message: "lost" });
    await expect(first).rejects.toThrow("lost");
    await expect(second).rejects.toThrow("lost");
    expect(worker(0).terminated).toBe(true);
    void engine.call("bicubic", [image, image]);
    expect(worker(1).requests).toHaveLength(1);
  });

  it("fails its calls when the worker cannot be loaded", async () => {
    const call = new RemoteEngine().call("bicubic", [image, image]);
    worker(0).dispatchEvent(new Event("error"));
    await expect(call).rejects.toThrow("the engine's worker could not be loaded");
  });

  it("rejects an aborted call at once and keeps a worker that stops in time", async () => {
    const controller = new AbortController();
    const call = new RemoteEngine().call("upscale", [image, "net", undefined, false], {
      signal: controller.signal,
    });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(worker(0).requests[1]).toEqual({ id: 1, name: "abort" });
    worker(0).reply({ id: 1, kind: "error", name: "AbortError", message: "aborted" });
    vi.runAllTimers();
    expect(worker(0).terminated).toBe(false);
  });

  it("replaces a worker that does not stop, and hands its other calls over", async () => {
    const engine = new RemoteEngine();
    const controller = new AbortController();
    const stuck = engine.call("upscale", [image, "net", undefined, false], { signal: controller.signal });
    controller.abort();
    await expect(stuck).rejects.toMatchObject({ name: "AbortError" });
    const next = engine.call("bicubic", [image, image]);
    vi.runAllTimers();
    expect(worker(0).terminated).toBe(true);
    expect(worker(1).requests).toEqual([{ id: 2, name: "bicubic", args: [image, image] }]);
    worker(1).reply({ id: 2, kind: "result", value: "done" });
    expect(await next).toBe("done");
  });

  it("sends nothing for a call that was aborted before it began", async () => {
    await expect(
      new RemoteEngine().call("bicubic", [image, image], { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: "AbortError" });
    expect(FakeWorker.made).toHaveLength(0);
  });
});

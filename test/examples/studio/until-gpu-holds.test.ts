/** Work that is done again where the GPU is lost under it. */
import { describe, expect, it } from "vitest";
import { untilGpuHolds } from "../../../examples/studio/pages/upscale/until-gpu-holds.ts";

const lost = () => Object.assign(new Error("the GPU device was lost"), { name: "DeviceError" });

/** Work that fails so often. */
function failing(times: number, error = lost) {
  let runs = 0;
  return { work: async () => (runs++ < times ? Promise.reject(error()) : "done"), runs: () => runs };
}

describe("untilGpuHolds", () => {
  it("does the work again on another device, twice at most", async () => {
    const { work, runs } = failing(2);
    let opened = 0;
    expect(await untilGpuHolds(work, async () => ++opened, 0)).toBe("done");
    expect([runs(), opened]).toEqual([3, 2]);
    const hopeless = failing(3);
    await expect(untilGpuHolds(hopeless.work, async () => 0, 0)).rejects.toThrow("lost");
    expect(hopeless.runs()).toBe(3);
  });

  it("waits for a browser that has no GPU at first", async () => {
    let tries = 0;
    const reopen = async () => (++tries === 1 ? Promise.reject(new Error("no adapter")) : 0);
    expect(await untilGpuHolds(failing(1).work, reopen, 0)).toBe("done");
    expect(tries).toBe(2);
  });

  it("leaves other failures alone", async () => {
    const { work, runs } = failing(1, () => new Error("too large"));
    await expect(untilGpuHolds(work, async () => 0, 0)).rejects.toThrow("too large");
    expect(runs()).toBe(1);
  });
});

import { describe, expect, test } from "vitest";
import { DeviceLostError } from "../../engine/errors.ts";
import { untilDeviceHolds } from "../../examples/cli/until-device-holds.ts";

/** Fails so many times, then gives how often it was tried. */
function failing(times: number, error: Error) {
  let tried = 0;
  return async () => {
    if (tried++ < times) throw error;
    return tried;
  };
}

describe("work under which the device is lost", () => {
  const loss = new DeviceLostError("the GPU device was lost: it slept");
  test("is done again with what was loaded anew, also where the loss is but the cause", async () => {
    const told: string[] = [];
    const reload = async (error: Error) => void told.push(error.message);
    expect(await untilDeviceHolds(failing(1, loss), reload)).toBe(2);
    expect(await untilDeviceHolds(failing(2, new Error("not updated", { cause: loss })), reload)).toBe(3);
    expect(told).toEqual([loss.message, "not updated", "not updated"]);
  });
  test("is given up after two losses, and at once where it fails for another reason", async () => {
    await expect(untilDeviceHolds(failing(3, loss), async () => {})).rejects.toThrow(loss);
    await expect(untilDeviceHolds(failing(1, new Error("damaged")), async () => {})).rejects.toThrow(
      "damaged",
    );
  });
});

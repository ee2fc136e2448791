/** Naming the adapter to the user. */
import type { DeviceInfo } from "../../engine/index.ts";

export function adapterName(device: DeviceInfo): string {
  const name =
    device.description ||
    device.device ||
    `${device.vendor} ${device.architecture}`.trim() ||
    "unnamed adapter";
  return device.software ? `${name} (software: runs on the CPU, slower than a GPU)` : name;
}

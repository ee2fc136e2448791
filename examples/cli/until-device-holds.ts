/** Work whose device may be lost in its midst. */
import { isDeviceLoss } from "../../engine/errors.ts";
import { close } from "../../engine/index.ts";

/** Losses in one piece of work after which it is given up. */
const MOST = 2;

/**
 * Does work again where the device is lost under it.
 * @param reload makes anew what lay on the device; told of the loss
 */
export async function untilDeviceHolds<T>(
  work: () => Promise<T>,
  reload: (loss: Error) => Promise<void>,
): Promise<T> {
  for (let left = MOST; ; left--)
    try {
      return await work();
    } catch (error) {
      if (!isDeviceLoss(error) || left === 0) throw error;
      await close();
      await reload(error as Error);
    }
}

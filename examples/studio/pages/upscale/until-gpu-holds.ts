/** Work that outlives the GPU it began on. */

/** Times that work is done again after a lost GPU. */
const RETRIES = 2;

/** Milliseconds for a browser to bring its GPU process back. */
const RECOVERY = 1000;

/**
 * Does work again where the GPU is lost in its midst.
 * @param reopen opens another one; its failures are tried again too
 */
export async function untilGpuHolds<T>(
  work: () => Promise<T>,
  reopen: () => Promise<unknown>,
  recovery = RECOVERY,
): Promise<T> {
  for (let left = RETRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error && error.name === "DeviceError") || left === 0) throw error;
      await reopen().catch(async () => {
        await new Promise((resume) => setTimeout(resume, recovery));
        await reopen();
      });
    }
  }
}

/** What ran while somebody watched. */
import { expectFunction } from "../errors.ts";
import { type Profile, Profiler } from "../gpu/profile.ts";
import { type Origin, workOf } from "../graph/explain.ts";
import { runtime } from "../graph/runtime.ts";

/**
 * Watches everything that runs inside `work`: each kernel with its time, flops, bytes, ops and layer, submits and readbacks.
 * See `profileTable` and `chromeTrace`. Kernels run one by one, so that each can be timed; an adapter that cannot measure time
 * gives all but the times.
 */
export async function profile(work: () => Promise<unknown>): Promise<Profile> {
  expectFunction("profile", "work", work);
  const gpu = await runtime.gpu();
  await runtime.idle();
  const profiler = gpu.watch((device) => new Profiler(device, (origin) => workOf(origin as Origin)));
  try {
    await work();
    await runtime.idle();
    return await profiler.take();
  } finally {
    gpu.unwatch();
  }
}

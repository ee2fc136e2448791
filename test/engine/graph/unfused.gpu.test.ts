/** What comparisons switch off: fusion. */
import { expect, test } from "vitest";
import { add, idle, stats, tensor } from "../../../engine/index.ts";
import { runtime } from "../../../engine/graph/runtime.ts";

/** Dispatches of three adds. */
async function threeAdds(fused: boolean): Promise<number> {
  // Files share a process: what another has recorded and not run would be counted with these.
  await idle();
  const before = await stats();
  runtime.useFusion(fused);
  try {
    const [x, y] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
    expect([...(await add(add(add(x, y), y), y).data())]).toEqual([13, 17, 21]);
  } finally {
    runtime.useFusion(true);
  }
  await idle();
  return (await stats()).dispatches - before.dispatches;
}

test("without fusion every op has a dispatch, and going to and fro compiles nothing again", async () => {
  expect(await threeAdds(true)).toBe(1);
  expect(await threeAdds(false)).toBe(3);
  const { pipelines } = await stats();
  const programs = runtime.programCount;
  expect([await threeAdds(true), await threeAdds(false)]).toEqual([1, 3]);
  expect(runtime.programCount).toBe(programs);
  expect((await stats()).pipelines).toBe(pipelines);
});

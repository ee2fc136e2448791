/** This library in the comparison. Imported lazily: the harness has to be there before the engine looks for WebGPU. */
import { type Items, serve } from "./harness.ts";
import { cases } from "../cases/index.ts";
import { idle, init } from "../../engine/index.ts";

const items: Items = Object.fromEntries(
  cases.map((item) => [
    item.id,
    async () => {
      // What is recorded before the device is open and given back at once would never run.
      await init();
      const run = await item.prepare();
      return async () => {
        await run();
        await idle();
      };
    },
  ]),
);

await serve(items);

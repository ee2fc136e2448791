/** Bundled into the page of tuning-cache.browser.test.ts. */
import { tuningDatabase } from "../../../engine/io/tuning-cache-browser.ts";

declare global {
  var tuning: ReturnType<typeof tuningDatabase>;
}

globalThis.tuning = tuningDatabase("ganvas-test");

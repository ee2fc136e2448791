/** Bundled into the page of chromium.browser.test.ts. */
import { selfTests } from "./self-tests.ts";

declare global {
  /** Runs one self-test; gives the error's text, or why it was skipped, or neither where it holds. */
  function runSelfTest(name: string): Promise<{ error?: string; skipped?: string }>;
}

globalThis.runSelfTest = async (name) => {
  try {
    const skipped = await selfTests.find((test) => test.name === name)?.run(true);
    return skipped === undefined ? {} : { skipped };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

/** Bundled into the page of chromium.browser.test.ts. */
import { selfTests } from "./self-tests.ts";

declare global {
  /** Runs one self-test; gives the error's text, or undefined where it holds. */
  function runSelfTest(name: string): Promise<string | undefined>;
}

globalThis.runSelfTest = async (name) => {
  try {
    await selfTests.find((test) => test.name === name)?.run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
};

// A vitest reporter that writes a line of JSON for each test file as soon as it has run, so that a run that is cut off still
// knows what it had. The file's name comes in GANVAS_TEST_REPORT.
import { appendFileSync } from "node:fs";

export default class {
  /** @param {import("vitest/node").TestModule} module */
  onTestModuleEnd(module) {
    const states = [...module.children.allTests()].map((test) => test.result().state);
    const line = {
      name: module.moduleId,
      failed: !module.ok(),
      states,
      seconds: module.diagnostic().duration / 1000,
    };
    appendFileSync(/** @type {string} */ (process.env.GANVAS_TEST_REPORT), `${JSON.stringify(line)}\n`);
  }
}

/** Every system has a script that goes on with it in PyTorch. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../examples/cli/files.ts";
import { expectHandedOver } from "../../../models/handoff/handoff.ts";
import { systems } from "../../../models/systems.ts";

test.each(Object.keys(systems))("%s has a script", (name) => {
  expect(() => expectHandedOver(name, {})).not.toThrow();
  expect(existsSync(join(projectRoot(), "models/handoff", `${name}.py`))).toBe(true);
});

test("refuses what scripts do not know", () => {
  expect(() => expectHandedOver("shift", {})).toThrow("shift cannot be handed over to PyTorch yet");
  expect(() => expectHandedOver("srresnet", { precision: "mixed" })).toThrow("with precision mixed cannot");
});

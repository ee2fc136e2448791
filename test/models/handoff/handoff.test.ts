/** Every system has a script, and what has none is told. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../examples/cli/files.ts";
import { expectHandedOver } from "../../../models/handoff/handoff.ts";
import { systems } from "../../../models/systems.ts";

/** Whose scripts have not been compared with PyTorch yet. */
const WAITING = ["text2image", "style-encoder"];

test.each(Object.keys(systems))("%s has a script, or says that it cannot be handed over", (name) => {
  const ask = () => expectHandedOver(name, {});
  if (WAITING.includes(name)) expect(ask).toThrow(`${name} cannot be handed over to PyTorch yet`);
  else expect(ask).not.toThrow();
  expect(existsSync(join(projectRoot(), "models/handoff", `${name}.py`))).toBe(true);
});

test("refuses what scripts do not know", () => {
  expect(() => expectHandedOver("shift", {})).toThrow("shift cannot be handed over to PyTorch yet");
  expect(() => expectHandedOver("srresnet", { precision: "mixed" })).toThrow("with precision mixed cannot");
});

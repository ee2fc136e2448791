/** Every system has a script, and what has none is told. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../examples/cli/files.ts";
import { expectHandedOver } from "../../../models/handoff/handoff.ts";
import { systems } from "../../../models/systems.ts";

test.each(Object.keys(systems))("%s has a script, or says that it cannot be handed over", (name) => {
  const there = existsSync(join(projectRoot(), "models/handoff", `${name}.py`));
  const ask = () => expectHandedOver(name, {});
  if (there) expect(ask).not.toThrow();
  else expect(ask).toThrow(`${name} cannot be handed over to PyTorch yet`);
});

test("refuses what scripts do not know", () => {
  expect(() => expectHandedOver("shift", {})).toThrow("shift cannot be handed over to PyTorch yet");
  expect(() => expectHandedOver("srresnet", { precision: "mixed" })).toThrow("with precision mixed cannot");
});

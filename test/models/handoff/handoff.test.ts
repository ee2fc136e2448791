/** Every system has a script that goes on with it in PyTorch, and what that imports goes along. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { projectRoot } from "../../../examples/cli/files.ts";
import { expectHandedOver } from "../../../models/handoff/handoff.ts";
import { systems } from "../../../models/systems.ts";
import { nodeHost } from "../../../models/training/host-node.ts";

const { shipped } = nodeHost(projectRoot());

test.each(Object.keys(systems))("%s has a script", async (name) => {
  const read: string[] = [];
  await expectHandedOver(name, {}, (path) => {
    read.push(path);
    return shipped(path);
  });
  expect(read[0]).toBe(join("models/handoff", `${name}.py`));
  expect(read).toContain("models/handoff/ganvas_torch.py");
});

test("refuses what scripts do not know", async () => {
  const refused = expect(expectHandedOver("shift", {}, shipped)).rejects;
  await refused.toThrow("shift cannot be handed over to PyTorch: it has no script");
  const mixed = expectHandedOver("srresnet", { precision: "mixed" }, shipped);
  await expect(mixed).rejects.toThrow("with precision mixed cannot");
  await expect(mixed).rejects.toThrow(InputError);
});

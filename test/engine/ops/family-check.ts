/** Runs a case of a family on the engine. */
import { init } from "../../../engine/index.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { checkOp, type OpCheck } from "../../reference/check.ts";
import { engineBackend } from "../../reference/engine.ts";
import type { FamilyCase } from "./families.ts";

/** Worst errors over the allowed ones, with the kernels in the case's form where this adapter has it. */
async function checkFamily({ of, form }: FamilyCase): Promise<OpCheck> {
  const { subgroupSize } = await init();
  runtime.useForm(form === "subgroup" && subgroupSize === 0 ? undefined : form);
  try {
    return await checkOp(of, engineBackend);
  } finally {
    runtime.useForm(undefined);
  }
}

/** The worst error of a case over the allowed one, and what is wrong with it where something is. */
export async function checkFamilyCase(one: FamilyCase): Promise<{ ratio: number; fault?: string }> {
  const check = await checkFamily(one);
  const ratio = Math.max(...Object.values(check));
  const wrong = Object.entries(check).filter(([, error]) => !(error <= 1));
  if (wrong.length === 0) return { ratio };
  const faults = wrong.map(([what, error]) => `${what}: ${error} times the allowed error`);
  return { ratio, fault: `${one.of.name}${one.form ? `, ${one.form} kernels` : ""}: ${faults.join(", ")}` };
}

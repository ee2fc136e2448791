/** What holds for every system of the table, by the table alone, without a device. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as v from "valibot";
import { root } from "../../examples/setup/paths.mjs";
import { InputError } from "../../engine/errors.ts";
import { allSystems, systems } from "../../models/systems.ts";
import { parseOption, resolveOptions } from "../../models/training/options.ts";
import { shift } from "./made-up-system.ts";

const all = [...(await allSystems()), shift];

describe.each(all.map((system) => [system.name, system] as const))("%s", (name, system) => {
  test("says what it is", () => {
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(name === "shift" || Object.hasOwn(systems, name)).toBe(true);
    for (const text of [system.title, system.paper, system.summary, system.data]) expect(text).not.toBe("");
    expect(Object.keys(system.presets)).toContain(system.usual);
    for (const { title, sentence } of Object.values(system.presets)) {
      expect(title).not.toBe("");
      expect(sentence).toMatch(/\.$/);
    }
  });

  test("its presets and defaults are values that its options take", () => {
    for (const [preset, { options }] of Object.entries(system.presets)) {
      for (const option of Object.keys(options))
        expect(Object.keys(system.options), preset).toContain(option);
      expect(() => resolveOptions(system.options, {}, options)).not.toThrow();
    }
    for (const [option, { about, schema, kind }] of Object.entries(system.options)) {
      expect(option).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(about.help, option).not.toBe("");
      if (about.paper !== undefined) expect(v.safeParse(schema, about.paper).success, option).toBe(true);
      if (kind === "number" || kind === "whole" || kind === "choice" || kind === "switch")
        expect(() => parseOption(option, { about, schema, kind }, "no such value")).toThrow(InputError);
    }
    for (const shared of ["steps", "seed"]) expect(Object.keys(system.options)).toContain(shared);
  });

  test("its recipe is told from what is none", () => {
    expect(v.safeParse(system.recipe, { steps: "many" }).success).toBe(false);
    const { recipe } = system.rehearse(system.rehearsals.at(-1) as string).trainer;
    const stored = JSON.parse(JSON.stringify(recipe));
    expect(stored).toEqual(recipe);
    expect(v.safeParse(system.recipe, stored).success).toBe(true);
    for (const other of all.filter((known) => known !== system))
      if (name !== "srgan" || other.name !== "srresnet")
        expect(v.safeParse(other.recipe, stored).success, other.name).toBe(false);
  });

  test("a run goes on with pictures of the size that it began with: its recipe knows it, or it is told again", () => {
    const { size } = system.options;
    const { recipe } = system.rehearse(system.rehearsals.at(-1) as string).trainer;
    const known = ["side", "size", "height"].some((field) => field in recipe);
    // Of photographs, "size" is the network's.
    if (size?.kind === "whole") expect(known || size.about.again).toBe(true);
  });

  test("what it ships is there, with a card", () => {
    for (const { file, card, title, description } of system.shipped) {
      expect(existsSync(join(root, file)), file).toBe(true);
      expect(existsSync(join(root, card)), card).toBe(true);
      expect([title, description]).not.toContain("");
    }
  });

  test("does not rehearse what there is not", () => {
    if (name !== "shift")
      expect(() => system.rehearse("no such size")).toThrow(/there is no .*no such size.*there are/);
  });
});

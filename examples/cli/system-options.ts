/** Options of systems, as the command line has them. */
import { InputError } from "../../engine/errors.ts";
import type { System } from "../../models/system.ts";
import { allSystems, type SystemTable } from "../../models/systems.ts";
import {
  describeOption,
  nearest,
  type Option,
  type OptionValue,
  parseOption,
  placeholderOf,
} from "../../models/training/options.ts";
import type { Arguments, OptionSpec } from "./command.ts";

type Specs = Readonly<Record<string, OptionSpec>>;

/** The options of one system, with the defaults of its preset and the paper's values. */
export function specsOf({ options, presets, usual }: System, preset = usual): Specs {
  const values = presets[preset]?.options ?? {};
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      specOf(option, describeOption(option, values[name])),
    ]),
  );
}

function specOf(option: Option, help: string): OptionSpec {
  const value = placeholderOf(option);
  return { type: option.kind === "flag" ? "boolean" : "string", help, ...(value && { value }) };
}

/** The options of all systems. What only some have is told with their names. */
export async function specsOfAll(table: SystemTable): Promise<Specs> {
  const systems = await allSystems(table);
  const specs: Record<string, OptionSpec> = {};
  for (const { options } of systems)
    for (const [name, option] of Object.entries(options)) {
      const owners = systems.filter((other) => name in other.options).map((owner) => owner.name);
      const whose = owners.length === systems.length ? "" : `${owners.join(", ")}: `;
      specs[name] ??= specOf(option, `${whose}${option.about.help}`);
    }
  return specs;
}

/**
 * What was given of a system's options.
 * @param command for messages
 * @param others options that do not belong to any system
 * @throws InputError for an option that this system does not have, or a value that it does not take
 */
export async function optionsGiven(
  args: Arguments,
  command: string,
  system: System,
  others: Specs,
  table: SystemTable,
): Promise<Record<string, OptionValue>> {
  const given: Record<string, OptionValue> = {};
  for (const [name, value] of Object.entries(args.values)) {
    if (value === undefined || name in others) continue;
    const option = system.options[name];
    if (option) given[name] = parseOption(name, option, value);
    else {
      const owners = (await allSystems(table)).filter(({ options }) => name in options);
      const like = nearest(name, Object.keys(system.options));
      throw new InputError(
        `--${name} belongs to ${owners.map((owner) => `${command} ${owner.name}`).join(" and ")}; ` +
          `the option of ${command} ${system.name} that is written most like it is --${like}`,
      );
    }
  }
  return given;
}

/** A network as text. */
import { expectModule, Module } from "../nn/module.ts";
import { Parameter } from "../tensor.ts";

/** Modules and what else may hold some, under their names. */
function inner(of: object): (readonly [string, object])[] {
  const entries: (readonly [unknown, unknown])[] = of instanceof Map ? [...of] : Object.entries(of);
  return entries.flatMap(([name, value]) => {
    if (typeof value !== "object" || value === null || value instanceof Parameter) return [];
    const holds = value instanceof Module || Array.isArray(value) || value instanceof Map;
    return holds ? [[String(name), value] as const] : [];
  });
}

/** Whether a module lies in it. */
const holdsModule = (value: object): boolean =>
  value instanceof Module || inner(value).some(([, member]) => holdsModule(member));

/**
 * The layers of a network, one a line, with the shapes of their weights and how many numbers are trained (PyTorch's `print(net)`).
 * @example console.log(networkText(net));
 */
export function networkText(network: Module): string {
  expectModule("networkText", "network", network);
  const lines = (of: object, name: string, depth: number): string[] => {
    const label = of instanceof Module ? of.constructor.name : "list";
    const weights = Object.entries(of).filter(([, value]) => value instanceof Parameter);
    const shapes = weights.map(([field, value]) => `${field} [${(value as Parameter).shape.join(", ")}]`);
    const count = of instanceof Module ? `  ${of.parameterCount.toLocaleString("en")}` : "";
    const line = `${"  ".repeat(depth)}${name ? `${name}: ` : ""}${label}${shapes.length > 0 ? ` ${shapes.join(", ")}` : ""}${count}`;
    const members = inner(of).filter(([, member]) => holdsModule(member));
    return [line, ...members.flatMap(([key, member]) => lines(member, key, depth + 1))];
  };
  return lines(network, "", 0).join("\n");
}

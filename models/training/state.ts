/** State dicts of several networks in one file: each under a prefix of its own. */
import type { HostTensor } from "../../engine/io/index.ts";

export type Dict = ReadonlyMap<string, HostTensor>;

/** The entries with `prefix` before their names. */
export async function prefixed(prefix: string, dict: Promise<Dict>): Promise<Dict> {
  return new Map([...(await dict)].map(([name, x]) => [prefix + name, x]));
}

/** All entries of several dicts, those left out that are not there. */
export const joined = (parts: readonly (Dict | undefined)[]): Dict =>
  new Map(parts.flatMap((part) => [...(part ?? [])]));

/** The entries under a prefix, without it. */
export const under = (prefix: string, dict: Dict): Dict =>
  new Map(
    [...dict].flatMap(([name, x]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), x]] : [])),
  );

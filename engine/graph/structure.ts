/** What makes two recorded graphs the same program. */
import type { Node } from "./node.ts";
import type { Storage } from "./storage.ts";

/** Two graphs with equal keys differ only in the data of their leaves. */
export function structuralKey(
  nodes: readonly Node[],
  outputs: readonly Node[],
  isLeaf: (node: Node) => boolean,
): string {
  const local = new Map<Node, number>();
  const storages = new Map<Storage, number>();
  const number = (storage: Storage): string => {
    const k = storages.get(storage) ?? storages.size;
    storages.set(storage, k);
    return storage.parent ? `${k}/${number(storage.parent)}` : `${k}`;
  };
  const parts: string[] = [];
  nodes.forEach((node, at) => {
    local.set(node, at);
    if (isLeaf(node)) {
      parts.push(
        `${node.host ? "host" : `s${number(node.storage as Storage)}`}|${node.dtype}|${node.shape.join()}`,
      );
      return;
    }
    const inputs = node.inputs.map((input) => local.get(input)).join();
    const writes = node.writes.map(number).join();
    const own = node.op.kind === "updated" ? number(node.storage as Storage) : "";
    parts.push(`${node.structure}(${inputs})${writes && `!${writes}`}${own}${node.kept || ""}`);
  });
  return `${parts.join(";")}>${outputs.map((node) => local.get(node)).join()}`;
}

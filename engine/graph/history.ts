/** How numbers were computed is forgotten once it cannot be done again, so that a list of losses does not hold every batch. */
import type { Node } from "./node.ts";

/** State that has been updated since something was computed from it; undefined where all of it is as it was. */
function staleState(root: Node): string | undefined {
  const seen = new Set<Node>([root]);
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const { op, storage, version } = node;
    if (node.forgotten !== undefined) return node.forgotten;
    const isState = op.kind === "source" || op.kind === "updated";
    if (isState && storage && version < storage.version) return storage.name;
    if (op.kind === "updated") continue;
    for (const input of node.inputs)
      if (!seen.has(input)) {
        seen.add(input);
        stack.push(input);
      }
  }
  return undefined;
}

/** Numbers that were read or stored, and may be in somebody's list. */
export class Histories {
  private nodes: WeakRef<Node>[] = [];

  note(node: Node): void {
    if (node.size <= 64 && node.inputs.length > 0) this.nodes.push(new WeakRef(node));
  }

  /** After an update: cuts off what can neither be computed nor differentiated any more. */
  forget(): void {
    this.nodes = this.nodes.filter((ref) => {
      const node = ref.deref();
      const stale = node && staleState(node);
      if (!node || stale === undefined) return node !== undefined;
      node.inputs = [];
      node.forgotten = stale;
      return false;
    });
  }
}

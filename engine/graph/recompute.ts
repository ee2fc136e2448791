/**
 * Gradient checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"): what a region computed is
 * forgotten after the forward pass; the backward pass works on copies of its nodes, which compute the same again.
 */
import { backwardOf, Node, openRegion, type Region } from "./node.ts";

/** The copies for one backward pass. */
export class Recomputation {
  private readonly copies = new Map<Node, Node>();
  private readonly numbers = new Map<Region, number>();

  /** The node itself, or, for one of a region whose value nobody keeps, a copy made of what lies outside of the region. */
  of(node: Node): Node {
    if (!this.isDropped(node)) return node;
    const known = this.copies.get(node);
    if (known) return known;
    const missing = new Set<Node>();
    const stack = [node];
    while (stack.length > 0) {
      const at = stack.pop() as Node;
      if (missing.has(at) || this.copies.has(at)) continue;
      missing.add(at);
      stack.push(...at.inputs.filter((input) => input.region === node.region && this.isDropped(input)));
    }
    for (const at of [...missing].sort((a, b) => a.id - b.id)) this.copies.set(at, this.copy(at));
    return this.copies.get(node) as Node;
  }

  private isDropped({ region, op, inputs, host, storage, kept }: Node): boolean {
    if (!region || region === openRegion() || host || storage || kept) return false;
    return op.kind !== "effect" && inputs.length > 0;
  }

  /** Its number keeps the graph compiler from seeing that it is the same computation as the original. */
  private copy(node: Node): Node {
    const { op, shape, dtype, attributes, view, layer } = node;
    const region = node.region as Region;
    const recomputed = this.numbers.get(region) ?? this.numbers.size + 1;
    this.numbers.set(region, recomputed);
    const inputs = node.inputs.map((input) => this.copies.get(input) ?? input);
    return new Node(op, inputs, shape, dtype, {
      attributes,
      view,
      recomputed,
      layer: backwardOf(layer),
    });
  }
}

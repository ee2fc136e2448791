/** What is recorded and waits to run: updates of state, and values to be kept. */
import { GanvasError } from "../errors.ts";
import type { Node } from "./node.ts";
import type { Storage } from "./storage.ts";

/** What runs with one program. */
export interface Batch {
  readonly effects: readonly Node[];
  readonly keeps: readonly Node[];
}

/** What was flushed while there was no device. */
interface Postponed {
  readonly effects: readonly Node[];
  /** And how each was to be kept: marked as such only when its turn comes, so that no batch before takes it for its own. */
  readonly keeps: Map<Node, Node["kept"]>;
}

/** Whether a node needs state as it is before the updates up to `last`, all that is recorded but the `later` ones. */
function wouldBeStale(root: Node, last: number, later: readonly Node[]): boolean {
  const seen = new Set<Node>([root]);
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const { op, storage, version } = node;
    if (op.kind === "updated" && (node.inputs[0] as Node).id > last) continue;
    if (storage && (op.kind === "source" || op.kind === "updated")) {
      if (version < versionBefore(storage, later)) return true;
      continue;
    }
    for (const input of node.inputs)
      if (!seen.has(input)) {
        seen.add(input);
        stack.push(input);
      }
  }
  return false;
}

/** The version that state has once all is run that is recorded, but for these updates. */
function versionBefore(storage: Storage, later: readonly Node[]): number {
  let version = storage.recorded;
  for (let s: Storage | undefined = storage; s; s = s.parent)
    for (const { writes } of later) if (writes.includes(s)) version--;
  return version;
}

export class Requests {
  private effects: Node[] = [];
  private readonly keeps = new Set<Node>();
  /** One batch a flush, so that equal steps share one program. */
  private postponed: Postponed[] = [];

  /** What the next program has to do. */
  get nodes(): readonly Node[] {
    return [...this.effects, ...this.keeps];
  }

  get isEmpty(): boolean {
    return this.effects.length === 0 && this.keeps.size === 0;
  }

  /** Whether the next program has to update this state itself, not only a part of it. */
  updates(storage: Storage): boolean {
    return this.effects.some(({ writes }) => writes.includes(storage));
  }

  addEffect(effect: Node): void {
    for (const storage of effect.writes) storage.record();
    this.effects.push(effect);
  }

  keep(node: Node): void {
    this.keeps.add(node);
  }

  forget(node: Node): void {
    this.keeps.delete(node);
    for (const { keeps } of this.postponed) keeps.delete(node);
  }

  /** Hands over what the next program has to do. */
  take(): Batch {
    const batch = { effects: this.effects, keeps: [...this.keeps] };
    this.effects = [];
    this.keeps.clear();
    return batch;
  }

  /**
   * Does `work`, which runs or postpones what there is, without what was recorded after the last update of this state. Values that
   * are to be kept go along, whenever they were asked for, where the updates would take away what they are computed from.
   */
  upTo(storage: Storage, work: () => void): void {
    const last = this.effects.findLast(({ writes }) => writes.includes(storage))?.id ?? 0;
    const { effects, keeps } = this.take();
    const later = effects.filter(({ id }) => id > last);
    const isNow = (node: Node) => node.id <= last || wouldBeStale(node, last, later);
    this.effects = effects.filter(({ id }) => id <= last);
    for (const node of keeps) if (isNow(node)) this.keeps.add(node);
    const deferred = keeps.filter((node) => !this.keeps.has(node));
    try {
      work();
    } finally {
      this.effects.push(...later);
      for (const node of deferred) this.keeps.add(node);
    }
  }

  /** What is recorded so far is to run by itself, once there is a device. */
  postpone(): void {
    const { effects, keeps } = this.take();
    this.postponed.push({ effects, keeps: new Map(keeps.map((node) => [node, node.kept])) });
    for (const node of keeps) node.kept = false;
  }

  /** Calls `flush` with each postponed batch in turn; what was recorded after them stays. */
  resume(flush: () => void): void {
    this.postpone();
    for (let batch = this.postponed.shift(); batch; batch = this.postponed.shift()) {
      this.effects.push(...batch.effects);
      for (const [node, kept] of batch.keeps) {
        // An earlier batch may have been to keep it too.
        if (node.storage) continue;
        node.kept = kept;
        this.keeps.add(node);
      }
      if (this.postponed.length > 0) flush();
    }
  }

  clear(): void {
    this.take();
    this.postponed = [];
  }

  /** Takes back recorded updates, and those recorded after them on the same state. */
  withdraw(isLost: (effect: Node) => boolean, reason: unknown): void {
    const lost = new Set<Storage>();
    const sound = (effect: Node): boolean => {
      const roots = effect.writes.map((storage) => storage.root);
      if (!roots.some((root) => lost.has(root)) && !isLost(effect)) return true;
      for (const root of roots) lost.add(root);
      undo(effect, reason, false);
      return false;
    };
    this.effects = this.effects.filter(sound);
    this.postponed = this.postponed.map(({ effects, keeps }) => ({ effects: effects.filter(sound), keeps }));
  }

  /**
   * After a run that failed: its updates have not happened, nor may those happen that follow them.
   * @param turn of the last run scheduled so far
   */
  undoRun(effects: readonly Node[], reason: unknown, turn: number): void {
    for (const effect of effects) {
      undo(effect, reason, true);
      for (const { root } of effect.writes) root.spoiled = { until: turn, reason };
    }
    this.withdraw((effect) => effect.writes.some(({ root }) => root.spoiled?.reason === reason), reason);
  }
}

/** Makes it so that an update never happened; `ran` where it had been counted as run. */
function undo(effect: Node, reason: unknown, ran: boolean): void {
  effect.failure = reason;
  effect.inputs = [];
  for (const storage of effect.writes) storage.withdraw(ran);
}

/** What is told to who asks for state that an update should have made. */
export function didNotRun(storage: Storage, { op, failure }: Node): GanvasError {
  const [reason] = `${failure instanceof Error ? failure.message : failure}`.split("\n");
  return new GanvasError(`${storage.name} was not updated by ${op.name}: ${reason}`, { cause: failure });
}

/** Parameters side by side in one buffer, so that one dispatch updates all of them. */
import { ALIGNMENT, align } from "../gpu/memory.ts";
import { runtime } from "../graph/runtime.ts";
import { Storage } from "../graph/storage.ts";
import { pack } from "../ops/state.ts";
import { Parameter, type Tensor } from "../tensor.ts";
import { GanvasError } from "../errors.ts";
import { sameShape, showShape } from "../shape.ts";

/** A flat buffer with one stretch a parameter. */
export class FlatStore {
  readonly storage: Storage;
  /** First element of each parameter's stretch. */
  readonly offsets: readonly number[];
  /** Elements of the whole buffer. */
  readonly size: number;
  private readonly parts: readonly Storage[];

  constructor(name: string, sizes: readonly number[]) {
    let bytes = 0;
    const offsets = sizes.map((size) => {
      const at = bytes;
      bytes += align(size * 4);
      return at;
    });
    this.storage = new Storage(name, Math.max(bytes, ALIGNMENT));
    this.size = this.storage.bytes / 4;
    this.offsets = offsets.map((offset) => offset / 4);
    this.parts = sizes.map(
      (size, k) => new Storage(name, size * 4, { parent: this.storage, offset: offsets[k] as number }),
    );
  }

  /** Moves the parameters into the buffer, values and all. */
  static adopt(parameters: readonly Parameter[]): FlatStore {
    const store = new FlatStore(
      "parameters",
      parameters.map((p) => p.size),
    );
    store.storage.pieces = parameters.map((p, k) => {
      if (p.state.parent) throw new GanvasError(`${p.name} belongs to an optimiser already`);
      if (runtime.isPending(p.state)) runtime.flush();
      if (runtime.isPending(p.state))
        throw new GanvasError(
          `${p.name} has an update that has not run; await idle() before making an optimiser`,
        );
      return { from: p.state, offset: (store.offsets[k] as number) * 4 };
    });
    parameters.forEach((p, k) => {
      // Tensors made of the value at its old place can no longer be computed, and say so.
      p.state.bump();
      p.moveTo(store.parts[k] as Storage);
    });
    return store;
  }

  /** State of the same layout (moments), zeros at first: one tensor a parameter. */
  static zerosLike(
    name: string,
    parameters: readonly Parameter[],
  ): { store: FlatStore; tensors: Parameter[] } {
    const store = new FlatStore(
      name,
      parameters.map((p) => p.size),
    );
    store.storage.initial = new Float32Array(store.size);
    const tensors = parameters.map((p, k) => {
      const state = new Parameter(`${name} of ${p.name}`, p.shape, () => new Float32Array(p.size));
      state.moveTo(store.parts[k] as Storage);
      return state;
    });
    return { store, tensors };
  }

  /** Gradients in the same layout. */
  pack(gradients: readonly Tensor[], parameters: readonly Parameter[]): Tensor {
    if (gradients.length !== parameters.length)
      throw new GanvasError(
        `step: the optimiser has ${parameters.length} parameters, got ${gradients.length} gradients`,
      );
    gradients.forEach((g, k) => {
      const p = parameters[k] as Parameter;
      if (!sameShape(g.shape, p.shape))
        throw new GanvasError(
          `step: gradient ${k} has shape ${showShape(g.shape)}, its parameter (${p.name}) ${showShape(p.shape)}`,
        );
    });
    return pack(gradients, this.offsets, this.size);
  }
}

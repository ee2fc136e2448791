/** Parameters side by side in one buffer, so that one dispatch updates all of them. */
import { GanvasError, shown } from "../errors.ts";
import { ALIGNMENT, align } from "../gpu/memory.ts";
import type { Node } from "../graph/node.ts";
import { runtime } from "../graph/runtime.ts";
import { Storage } from "../graph/storage.ts";
import { Weight } from "../nn/weight.ts";
import { pack } from "../ops/state.ts";
import { sameShape, showShape } from "../shape.ts";
import { expectTensors, Parameter, type Tensor } from "../tensor.ts";

/** Every stretch begins at a multiple of this many elements. */
export const BLOCK = ALIGNMENT / 4;

/** A flat buffer with one stretch a parameter. */
export class FlatStore<P extends Parameter = Parameter> {
  readonly storage: Storage;
  /** The parameters whose values lie here, in order. */
  readonly parts: readonly P[];
  /** The whole buffer as one parameter, [size]. */
  readonly whole: Parameter;
  /** First element of each parameter's stretch. */
  readonly offsets: readonly number[];
  /** Elements of the whole buffer. */
  readonly size: number;

  private constructor(
    name: string,
    members: readonly { readonly label: string; readonly size: number }[],
    part: (k: number, place: Storage) => P,
  ) {
    let bytes = 0;
    const offsets = members.map(({ size }) => {
      const at = bytes;
      bytes += align(size * 4);
      return at;
    });
    this.storage = new Storage(name, Math.max(bytes, ALIGNMENT));
    this.size = this.storage.bytes / 4;
    this.offsets = offsets.map((offset) => offset / 4);
    this.parts = members.map(({ label, size }, k) => {
      const offset = offsets[k] as number;
      return part(k, new Storage(label, size * 4, { parent: this.storage, offset }));
    });
    this.storage.parts = this.parts.map(({ state }) => state);
    this.whole = new Parameter(name, [this.size], this.storage);
  }

  /**
   * Moves parameters into a common buffer, values and all.
   * @throws GanvasError when one of them lies in such a buffer already, or waits for an update that cannot run yet
   */
  static adopt(parameters: readonly Parameter[]): FlatStore {
    const from = parameters.map((p) => {
      if (p.state.parent) throw new GanvasError(`${p.name} belongs to an optimiser already`);
      if (runtime.isPending(p.state)) runtime.flush();
      if (runtime.isPending(p.state))
        throw new GanvasError(
          `${p.name} has an update that has not run; await idle() before making an optimiser`,
        );
      return p.state;
    });
    const store = new FlatStore(
      "parameters",
      parameters.map(({ name, size }) => ({ label: name, size })),
      (k, place) => {
        const p = parameters[k] as Parameter;
        // Tensors made of the value at its old place can no longer be computed, and say so.
        p.state.bump();
        p.moveTo(place);
        return p;
      },
    );
    store.storage.pieces = from.map((state, k) => ({
      from: state,
      offset: (store.offsets[k] as number) * 4,
    }));
    return store;
  }

  /** State of the same layout (moments, averages), also in files; zeros at first. */
  static zerosLike(name: string, parameters: readonly Parameter[]): FlatStore<Weight> {
    const store = new FlatStore(
      name,
      parameters.map((p) => ({ label: `${name} of ${p.name}`, size: p.size })),
      (k, place) => {
        const p = parameters[k] as Parameter;
        return new Weight(place.name, p.shape, place, p instanceof Weight ? p : {});
      },
    );
    store.storage.initial = "zeros";
    return store;
  }

  /** The values are from now on what `effect` leaves here. */
  updatedBy(effect: Node): void {
    for (const p of [this.whole, ...this.parts]) p.updatedBy(effect);
  }

  /**
   * Gradients in the same layout, one tensor of `size` elements.
   * @param zeroed fills the gaps between stretches with zeros rather than leaving them undefined
   * @throws GanvasError when number, shapes or type do not fit
   */
  pack(gradients: readonly Tensor[], zeroed: boolean): Tensor {
    if (!Array.isArray(gradients))
      throw new GanvasError(
        `step: needs the gradients, grad(loss, optimizer.parameters), got ${shown(gradients)}`,
      );
    expectTensors("step", Object.fromEntries(gradients.map((g, k) => [`gradient ${k}`, g])));
    if (gradients.length !== this.parts.length)
      throw new GanvasError(
        `step: the optimiser has ${this.parts.length} parameters, got ${gradients.length} gradients`,
      );
    gradients.forEach((g, k) => {
      const p = this.parts[k] as Parameter;
      if (!sameShape(g.shape, p.shape))
        throw new GanvasError(
          `step: gradient ${k} has shape ${showShape(g.shape)}, its parameter (${p.name}) ${showShape(p.shape)}`,
        );
      if (g.dtype !== "f32")
        throw new GanvasError(`step: gradient ${k} (of ${p.name}) must be of type f32, got ${g.dtype}`);
    });
    return pack(gradients, this.offsets, this.size, zeroed);
  }
}

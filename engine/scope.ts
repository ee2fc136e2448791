/** What holds while some work records, and not before or behind it: a layer's name, a region, who looks on. */

export class Scope<T> {
  private value: T;

  /** @param value what holds outside of any */
  constructor(value: T) {
    this.value = value;
  }

  get current(): T {
    return this.value;
  }

  /** Does `work` with another value; the one before holds again behind it, whether it returns or throws. */
  during<R>(value: T, work: () => R): R {
    const outer = this.value;
    this.value = value;
    try {
      return work();
    } finally {
      this.value = outer;
    }
  }
}

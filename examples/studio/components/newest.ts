/** Keeps up with somebody who changes things faster than they can be made. */

/** Does one piece of work at a time; of the wishes that come meanwhile only the newest is heeded. */
export class Newest<Wish> {
  readonly #work: (wish: Wish) => Promise<void>;
  #waiting: { readonly wish: Wish } | undefined;
  #running = false;

  /** @param work does not throw */
  constructor(work: (wish: Wish) => Promise<void>) {
    this.#work = work;
  }

  /** True while what is being made is out of date already. */
  get overtaken(): boolean {
    return this.#waiting !== undefined;
  }

  async ask(wish: Wish): Promise<void> {
    this.#waiting = { wish };
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#waiting) {
        const { wish: next } = this.#waiting;
        this.#waiting = undefined;
        await this.#work(next);
      }
    } finally {
      this.#running = false;
    }
  }
}

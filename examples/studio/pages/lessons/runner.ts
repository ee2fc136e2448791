/** The worker that runs cells, as the page calls it: started when it is first needed, and again after it was stopped. */
import { proxy, type Remote, wrap } from "comlink";
import type { Source } from "../../../lessons/lesson.ts";
import type { Problem } from "../../../lessons/session.ts";
import type { LessonCalls, Tell } from "./lesson-worker.ts";

/** What is told where somebody stopped a run. */
export class Stopped extends Error {}

export class Runner {
  #worker: Worker | undefined;
  #remote: Remote<LessonCalls> | undefined;
  #stop: (why: Error) => void = () => {};

  /** Runs these cells, as far as they have not run yet, and the last one in any case. @throws Stopped */
  run(cells: readonly Source[], tell: Tell): Promise<Problem | undefined> {
    return this.#guarded((remote) => remote.run(cells, proxy(tell)));
  }

  /** @throws Stopped */
  check(
    of: { readonly lesson: string; readonly exercise: string; readonly code: string },
    cells: readonly Source[],
    tell: Tell,
  ): Promise<Problem | undefined> {
    return this.#guarded((remote) => remote.check(of, cells, proxy(tell)));
  }

  names(): ReturnType<LessonCalls["names"]> {
    return this.#open().names();
  }

  /** Ends what runs, with all that it has computed. */
  stop(): void {
    this.#end(new Stopped());
  }

  async #guarded<T>(work: (remote: Remote<LessonCalls>) => Promise<T>): Promise<T> {
    const stopped = new Promise<never>((_, reject) => {
      this.#stop = reject;
    });
    return Promise.race([work(this.#open()), stopped]);
  }

  #open(): Remote<LessonCalls> {
    if (this.#remote) return this.#remote;
    const worker = new Worker(new URL("./lesson-worker.js", import.meta.url), {
      type: "module",
      name: "ganvas lessons",
    });
    worker.addEventListener("error", (event) =>
      this.#end(new Error(event.message || "the worker that runs cells could not be loaded")),
    );
    this.#worker = worker;
    this.#remote = wrap<LessonCalls>(worker);
    return this.#remote;
  }

  #end(why: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#remote = undefined;
    this.#stop(why);
  }
}

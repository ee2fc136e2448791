/** From layers to the kernels that they have become. */
import { button, element } from "../../components/dom.ts";
import type { UpdateKernels } from "../../lab/types.ts";
import { kernelTable } from "../profile/kernel-table.ts";
import { formatTime } from "../profile/measure.ts";

export class KernelView {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #result = element("div", { class: "kernel-result" });
  readonly #say: (words: string) => void;
  #kernels: UpdateKernels | undefined;
  #layers: readonly string[] = [];

  /** @param measure makes an update kernel by kernel. @param say to screen readers */
  constructor(measure: () => Promise<UpdateKernels | undefined>, say: (words: string) => void) {
    this.#say = say;
    this.#button = button(
      { class: "button quiet", "data-action": "kernels" },
      async () => {
        this.#kernels = (await measure()) ?? this.#kernels;
        this.#draw();
      },
      "Measure an update",
    );
    this.element = element(
      "section",
      { class: "kernel-view" },
      element("div", { class: "card-head" }, element("h3", {}, "The kernels it became"), this.#button),
      this.#result,
    );
    this.clear();
  }

  /** @param layers whose kernels are shown */
  show(layers: readonly string[]): void {
    if (layers.join() === this.#layers.join()) return;
    this.#layers = layers;
    this.#draw();
  }

  /** Another run has begun. */
  clear(): void {
    this.#kernels = undefined;
    this.#draw();
  }

  set disabled(on: boolean) {
    this.#button.disabled = on;
  }

  #draw(): void {
    const seen = this.#kernels;
    if (!seen) {
      const words =
        "Two updates are made, the second kernel by kernel: each with its time, bytes, arithmetic, and the WGSL that the driver gets.";
      this.#result.replaceChildren(element("p", { class: "fine" }, words));
      return;
    }
    const names = this.#layers;
    const isOf = (name: string) => names.some((layer) => name === layer || name.startsWith(`${layer}.`));
    const own = seen.kernels.filter(({ layer }) =>
      layer.split(", ").some((name) => isOf(name.replace(/ \(backward\)$/, ""))),
    );
    const time = own.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const all = seen.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const times = seen.timed ? `: ${formatTime(time)} of ${formatTime(all)}` : "";
    this.#result.replaceChildren(
      element(
        "p",
        { class: "fine", "data-fact": "kernels" },
        `${own.length} of the ${seen.kernels.length} kernels of update ${seen.step} compute for it, forward and backward${times}. A kernel's name opens its WGSL.`,
      ),
      ...(own.length > 0 ? [kernelTable(own, seen.timed, this.#say)] : []),
    );
  }
}

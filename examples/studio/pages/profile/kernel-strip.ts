/** All kernels of a run side by side in their order, each as wide as what it takes. */
import { element } from "../../components/dom.ts";
import type { KernelCost } from "../../engine-bridge.ts";
import { formatAmount, type Measure } from "./measure.ts";

export function kernelStrip(kernels: readonly KernelCost[], measure: Measure): HTMLElement {
  const parts = kernels.map((kernel) => {
    const part = element("span", { class: "strip-part", "data-phase": kernel.phase });
    part.style.flexGrow = `${kernel[measure]}`;
    part.title = `${kernel.name}, ${kernel.ownLayer || "no layer"}: ${formatAmount(kernel[measure], measure)}`;
    return part;
  });
  const label = `${kernels.length} kernels in the order in which they run; the table below has their numbers`;
  return element("div", { class: "strip", role: "img", "aria-label": label }, ...parts);
}

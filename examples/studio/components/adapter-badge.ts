/** The adapter at work, by name, with a popover that tells the rest. */
import type { Engine } from "../engine-client.ts";
import { adapterDetails, adapterName } from "./adapter-name.ts";
import { element, uniqueId } from "./dom.ts";

/** A button with the adapter's name; its dot is amber for a software adapter, green for a GPU. */
export function createAdapterBadge(engine: Engine): HTMLElement {
  const { adapter } = engine.connection;
  const id = uniqueId("adapter");
  const badge = element(
    "button",
    {
      type: "button",
      class: "badge",
      popovertarget: id,
      "data-adapter": adapter.software ? "software" : "hardware",
    },
    element("span", { class: "badge-dot", "aria-hidden": "true" }),
    element("span", { class: "visually-hidden" }, "Adapter: "),
    element("span", { class: "badge-name" }, adapterName(adapter)),
  );
  const rows = adapterDetails(adapter, engine.runsIn).flatMap(([term, value]) => [
    element("dt", {}, term),
    element("dd", {}, value),
  ]);
  const details = element(
    "div",
    { id, popover: "auto", class: "popover", "aria-label": "About the adapter" },
    element("h2", {}, adapter.software ? "A software adapter" : "Your GPU"),
    element("p", {}, adapter.software ? SOFTWARE : HARDWARE),
    element("dl", { class: "facts" }, ...rows),
  );
  return element("div", { class: "badge-holder" }, badge, details);
}

const SOFTWARE =
  "The browser found no GPU it may use, so WebGPU runs on the processor: the same results, many times slower. " +
  "A current graphics driver, and hardware acceleration in the browser's settings, usually bring the GPU back.";
const HARDWARE = "The networks run here, on this device. Pictures are not sent anywhere.";

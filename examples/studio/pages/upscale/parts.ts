/** Small parts of the upscale page. */
import { element, uniqueId } from "../../components/dom.ts";

/** Times that work is done again after a lost GPU. */
const RETRIES = 2;

/** Milliseconds for a browser to bring its GPU process back. */
const RECOVERY = 1000;

/**
 * Does work again where the GPU is lost in its midst.
 * @param reopen opens another one; its failures are tried again too
 */
export async function untilGpuHolds<T>(
  work: () => Promise<T>,
  reopen: () => Promise<unknown>,
  recovery = RECOVERY,
): Promise<T> {
  for (let left = RETRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error && error.name === "DeviceError") || left === 0) throw error;
      await reopen().catch(async () => {
        await new Promise((resume) => setTimeout(resume, recovery));
        await reopen();
      });
    }
  }
}

/** A switch for those who suspect a network or a driver: the run then says where the first broken number came from. */
export function checkSwitch(input: HTMLInputElement): HTMLElement {
  const description = uniqueId("check-description");
  input.setAttribute("aria-describedby", description);
  return element(
    "label",
    { class: "choice" },
    input,
    element(
      "span",
      { class: "choice-words" },
      element("span", { class: "choice-title" }, "Check every number"),
      element(
        "span",
        { class: "choice-description", id: description },
        "Slower. If a NaN or an infinite number appears, the run stops and names the layer it came from.",
      ),
    ),
  );
}

/** What those without a GPU can do. */
export function softwareNote(): HTMLElement {
  return element(
    "p",
    { class: "note", "data-note": "software" },
    element("strong", {}, "No GPU was found. "),
    "The network runs on the processor: same result, many times slower. ",
    element("a", { href: "#/browser-help" }, "What you can do"),
    ". In a terminal: ",
    element("code", {}, "npm run -s ganvas -- upscale photo.jpg photo_x4.png"),
  );
}

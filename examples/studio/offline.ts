/** Has the studio kept for times without a network; see `service-worker.ts` for the rule. */
import { FETCHED } from "./site-file.ts";

/** Where a browser keeps nothing (a private window, an odd setting), the studio works as before, with a network. */
export function keepForOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  // What is fetched before the worker is there (in the first visit, the home page's weights) has to be told to it.
  const fetched = new BroadcastChannel(FETCHED);
  fetched.addEventListener("message", ({ data }) => {
    void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(data));
  });
  navigator.serviceWorker.register("service-worker.js", { updateViaCache: "none" }).catch(() => undefined);
}

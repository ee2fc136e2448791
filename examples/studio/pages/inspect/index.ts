/** Looking into networks while they train; what it needs is loaded when it is first visited. */
import type { Page } from "../page.ts";
import { laterPage } from "../later-page.ts";

export const inspectPage: Page = laterPage("inspect", "Inspect", async (host, studio) => {
  const { mountInspectPage } = await import("./inspect-page.ts");
  await mountInspectPage(host, studio);
});

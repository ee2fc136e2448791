/** Training in the page; what it needs is loaded when it is first visited. */
import type { Page } from "../page.ts";
import { laterPage } from "../later-page.ts";

export const trainPage: Page = laterPage("train", "Train", async (host, studio) => {
  const { mountTrainPage } = await import("./train-page.ts");
  await mountTrainPage(host, studio);
});

/** Lessons; what they need is loaded when they are first visited. They can be read without a GPU, too. */
import { laterPage } from "../later-page.ts";
import type { Page, Studio } from "../page.ts";

export const lessonsPage: Page = laterPage("lessons", "Lessons", async (host, { announcer, engine }) => {
  const { LessonsPage } = await import("./lessons-page.ts");
  new LessonsPage(host, announcer, engine.runsIn === "worker");
});

/** For browsers without a GPU: each cell stands with what it showed elsewhere. */
export const stillLessonsPage = laterPage<Pick<Studio, "announcer">>(
  "lessons",
  "Lessons",
  async (host, { announcer }) => {
    const { LessonsPage } = await import("./lessons-page.ts");
    new LessonsPage(host, announcer, false);
  },
);

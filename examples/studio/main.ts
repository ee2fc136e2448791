/** Starts the studio: opens the GPU, then shows the pages; where there is no GPU, shows what to do. */
import { createAdapterBadge } from "./components/adapter-badge.ts";
import { createAnnouncer } from "./components/announcer.ts";
import { type Engine, startEngine } from "./engine-client.ts";
import type { Obstacle } from "./pages/browser-help/advice.ts";
import { browserHelpPage, obstaclePage } from "./pages/browser-help/index.ts";
import { lessonsPage, stillLessonsPage } from "./pages/lessons/index.ts";
import { profilePage } from "./pages/profile/index.ts";
import { selfTestPage } from "./pages/self-test/index.ts";
import { digitsPage, pyramidPage, textPage } from "./pages/samples/index.ts";
import { inspectPage } from "./pages/inspect/index.ts";
import { trainPage } from "./pages/train/index.ts";
import { upscalePage } from "./pages/upscale/index.ts";
import { keepForOffline } from "./offline.ts";
import { currentRoute } from "./router.ts";
import { buildFrame, showPages } from "./shell.ts";

/** The pages of the navigation, in its order; the first is the home page. */
const pages = [
  ...[upscalePage, trainPage, inspectPage, digitsPage, pyramidPage, textPage],
  ...[lessonsPage, profilePage, selfTestPage],
];
/** Pages that are reached by a link only. */
const unlisted = [browserHelpPage];

async function start(app: HTMLElement): Promise<void> {
  if (!isSecureContext) return showNoGpu(app, "insecure");
  if (!("gpu" in navigator)) return showNoGpu(app, "no-webgpu");
  let engine: Engine;
  try {
    engine = await startEngine();
  } catch (error) {
    // The engine's own words are for the terminal; what the browser says is worth reading here.
    const known = error instanceof Error && error.name === "DeviceError";
    return showNoGpu(app, "no-adapter", known ? "" : String(error));
  }
  const announcer = createAnnouncer();
  const main = buildFrame(app, pages, createAdapterBadge(engine));
  app.append(announcer.element);
  keepForOffline();
  showPages(main, [...pages, ...unlisted], { engine, announcer }, currentRoute());
}

/** What to do; lessons can be read all the same. */
function showNoGpu(app: HTMLElement, obstacle: Obstacle, reason = ""): void {
  const announcer = createAnnouncer();
  const main = buildFrame(app, [stillLessonsPage]);
  app.append(announcer.element);
  showPages(main, [obstaclePage(obstacle, reason), stillLessonsPage], { announcer }, currentRoute());
}

const app = document.querySelector<HTMLElement>("#app");
if (app !== null) void start(app);

/** Runs the studio's visits (studio.e2e.ts) against a freshly built and served studio. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { inspectTests } from "./inspect.e2e.ts";
import { labTests } from "./lab.e2e.ts";
import { lessonTests, stillLessonTests } from "./lessons.e2e.ts";
import { blendTests, singleModelTests } from "./models.e2e.ts";
import { openStudio, type Studio } from "./open-page.ts";
import { pageTests } from "./pages.e2e.ts";
import { shownTests } from "./shown.e2e.ts";
import { standIns } from "./stand-ins.ts";
import { studioTests } from "./studio.e2e.ts";

const SETTINGS = [
  { title: "the studio", visits: studioTests.filter(({ webgpu }) => webgpu), webgpu: true },
  {
    title: "the studio in a browser without WebGPU",
    visits: [...studioTests.filter(({ webgpu }) => !webgpu), ...stillLessonTests],
    webgpu: false,
  },
  {
    title: "the studio as it is put on a web server, with two models",
    visits: blendTests,
    webgpu: true,
    models: ["srresnet", "srgan"],
    minify: true,
  },
  {
    title: "the studio's pages that train and sample",
    visits: [...labTests, ...inspectTests],
    webgpu: true,
    models: ["srresnet"],
  },
  { title: "the studio without a mouse", visits: pageTests, webgpu: true, models: ["srresnet"] },
  { title: "what the studio shows", visits: shownTests, webgpu: true, models: ["srresnet"] },
  { title: "the studio's lessons", visits: lessonTests, webgpu: true, models: ["srresnet"] },
  { title: "the studio with one model", visits: singleModelTests, webgpu: true, models: ["srresnet"] },
];

for (const { title, visits, webgpu, models, minify } of SETTINGS) {
  describe(title, () => {
    let studio: Studio | undefined;
    beforeAll(async () => {
      studio = await openStudio(webgpu, models && standIns(models), minify);
    });
    afterAll(() => studio?.close());

    test.each(visits)("$name", ({ run }) => studio?.visit(run));
  });
}

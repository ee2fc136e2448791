/** Runs the studio's visits (studio.e2e.ts) against a freshly built and served studio. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { openStudio, type Studio } from "./open-page.ts";
import { studioTests } from "./studio.e2e.ts";

for (const webgpu of [true, false]) {
  describe(webgpu ? "the studio" : "the studio in a browser without WebGPU", () => {
    let studio: Studio | undefined;
    beforeAll(async () => {
      studio = await openStudio(webgpu);
    });
    afterAll(() => studio?.close());

    test.each(studioTests.filter((visit) => visit.webgpu === webgpu))("$name", ({ run }) =>
      studio?.visit(run),
    );
  });
}

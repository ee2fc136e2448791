import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTrainingImages, imageFiles } from "../../../engine/data/image-folder-node.ts";
import type { BatchSource } from "../../../engine/data/index.ts";
import {
  Prefetcher,
  type PrefetchReply,
  type PrefetchRequest,
  serveBatches,
  type WorkerHandle,
} from "../../../engine/data/prefetch.ts";
import { prefetchInPage } from "../../../engine/data/prefetch-browser.ts";
import { prefetchInNode } from "../../../engine/data/prefetch-node.ts";
import { encodePng } from "../../../engine/io/image-node.ts";
import { InputError } from "../../../engine/errors.ts";
import { type NumbersOpening, numbers } from "./numbers.ts";
import { positionImage } from "./samples.ts";

const OPENING: NumbersOpening = { seed: 5, size: 3 };

/** Both ends of the protocol in one thread, with a record of what was asked for. */
function localWorker() {
  const asked: number[] = [];
  let onRequest: (request: PrefetchRequest<NumbersOpening>) => void = () => {};
  let onReply: (reply: PrefetchReply) => void = () => {};
  let die: (error: Error) => void = () => {};
  const held: boolean[] = [];
  serveBatches<NumbersOpening>(
    {
      post: (reply, transfer) => queueMicrotask(() => onReply(structuredClone(reply, { transfer }))),
      listen: (listener) => {
        onRequest = listener;
      },
    },
    numbers,
  );
  const handle: WorkerHandle<NumbersOpening> = {
    post(request) {
      if (request.type === "batch") asked.push(request.index);
      queueMicrotask(() => onRequest(structuredClone(request)));
    },
    listen(replyListener, deathListener) {
      onReply = replyListener;
      die = deathListener;
    },
    hold: (waiting) => held.push(waiting),
    terminate: async () => {},
  };
  return { handle, asked, held, die: (error: Error) => die(error) };
}

describe("Prefetcher", () => {
  test("gives the sequence that the source gives", async () => {
    const source = numbers(OPENING);
    const prefetcher = new Prefetcher(localWorker().handle, OPENING);
    for (const k of [0, 1, 2, 3, 10, 11, 4, 4]) {
      expect(await prefetcher.batch(k)).toEqual(await source.batch(k));
    }
    await prefetcher.close();
  });

  test("orders the next batches at once and none twice", async () => {
    const { handle, asked } = localWorker();
    const prefetcher = new Prefetcher(handle, OPENING, 2);
    await prefetcher.batch(7);
    expect(asked).toEqual([7, 8, 9]);
    await prefetcher.batch(8);
    expect(asked).toEqual([7, 8, 9, 10]);
    await prefetcher.batch(20);
    expect(asked).toEqual([7, 8, 9, 10, 20, 21, 22]);
  });

  test("asked for several at once it gives each, in whatever order", async () => {
    const { handle, asked } = localWorker();
    const source = numbers(OPENING);
    const prefetcher = new Prefetcher(handle, OPENING, 2);
    const wanted = [20, 7, 0, 7, 1];
    const got = await Promise.all(wanted.map((k) => prefetcher.batch(k)));
    expect(got).toEqual(await Promise.all(wanted.map((k) => source.batch(k))));
    expect(asked.filter((k) => k === 7)).toEqual([7]);
    // None is kept once it has been given and another is asked for.
    await prefetcher.batch(30);
    await prefetcher.batch(20);
    expect(asked.filter((k) => k === 20)).toEqual([20, 20]);
  });

  test("keeps the process alive only while somebody waits", async () => {
    const { handle, held } = localWorker();
    const prefetcher = new Prefetcher(handle, OPENING);
    await Promise.all([prefetcher.batch(0), prefetcher.batch(0)]);
    expect(held).toEqual([false, true, false]);
  });

  test("errors keep their class and words", async () => {
    const small = new Prefetcher(localWorker().handle, { ...OPENING, size: 0 });
    await expect(small.batch(0)).rejects.toThrow(InputError);
    await expect(small.batch(1)).rejects.toThrow("batch 1 would have 0 numbers");
    const none = new Prefetcher(localWorker().handle, { ...OPENING, size: -1 });
    await expect(none.batch(0)).rejects.toThrow("there is nothing to train on");
    await expect(none.batch(1)).rejects.toThrow(InputError);
  });

  test("what is left out is told", async () => {
    const told: string[] = [];
    const prefetcher = new Prefetcher(
      localWorker().handle,
      { ...OPENING, damaged: "3 is missing" },
      1,
      (message) => told.push(message),
    );
    await prefetcher.batch(0);
    expect(told).toEqual(["3 is missing"]);
  });

  test("a dead worker fails what waits and what comes", async () => {
    const { handle, die } = localWorker();
    const prefetcher = new Prefetcher(handle, OPENING);
    const waiting = prefetcher.batch(0);
    die(new Error("out of memory"));
    await expect(waiting).rejects.toThrow("out of memory");
    await expect(prefetcher.batch(1)).rejects.toThrow("out of memory");
  });

  test("closing refuses what waits and what comes", async () => {
    const prefetcher = new Prefetcher(localWorker().handle, OPENING);
    const waiting = prefetcher.batch(0);
    await prefetcher.close();
    await expect(waiting).rejects.toThrow("closed");
    await expect(prefetcher.batch(1)).rejects.toThrow("closed");
  });
});

describe("workers", () => {
  const bundles = mkdtempSync(join(tmpdir(), "ganvas-prefetch-"));
  const bundle = (name: string) => join(bundles, name);
  const here = fileURLToPath(new URL(".", import.meta.url));
  const bundled = (name: string, contents: string, banner = "") =>
    build({
      bundle: true,
      format: "esm",
      platform: "node",
      stdin: { contents, resolveDir: here },
      banner: { js: banner },
      outfile: bundle(name),
    });

  beforeAll(async () => {
    const imports = `import { servePrefetch } from "../../../engine/data/prefetch-node.ts"; import { numbers } from "./numbers.ts";`;
    await bundled("second.mjs", `${imports} servePrefetch(numbers);`);
    await bundled(
      "itself.mjs",
      `${imports} if (!servePrefetch(numbers)) throw new Error("the program ran");`,
    );
  });
  afterAll(() => rmSync(bundles, { recursive: true }));

  const expectSame = async (prefetcher: BatchSource) => {
    const source = numbers(OPENING);
    for (let k = 0; k < 6; k++) expect(await prefetcher.batch(k)).toEqual(await source.batch(k));
    await prefetcher.close();
  };

  test.each(["second.mjs", "itself.mjs"])("a Node worker from a bundle (%s)", (script) =>
    expectSame(prefetchInNode(OPENING, { worker: bundle(script) })),
  );

  test("errors of a Node worker", async () => {
    const prefetcher = prefetchInNode({ ...OPENING, size: -1 }, { worker: bundle("second.mjs") });
    await expect(prefetcher.batch(0)).rejects.toThrow(InputError);
    await expect(prefetcher.batch(0)).rejects.toThrow("there is nothing to train on");
    await prefetcher.close();
    const noScript = prefetchInNode(OPENING, { worker: bundle("absent.mjs") });
    await expect(noScript.batch(0)).rejects.toThrow("the worker that makes batches failed");
  });

  test("the page's worker, in a thread that looks like one", async () => {
    const shim = `import { parentPort } from "node:worker_threads";
      globalThis.postMessage = (message, { transfer }) => parentPort.postMessage(message, transfer);
      globalThis.addEventListener = (_, listener) => parentPort.on("message", (data) => listener({ data }));`;
    const page = `import { serveInPage } from "../../../engine/data/prefetch-browser.ts"; import { numbers } from "./numbers.ts"; serveInPage(numbers);`;
    await bundled("page.mjs", page, shim);
    const { Worker: Thread } = await import("node:worker_threads");
    const thread = new Thread(bundle("page.mjs"));
    const worker = {
      postMessage: (message: unknown) => thread.postMessage(message),
      addEventListener: (type: string, listener: (event: { data: unknown }) => void) =>
        thread.on(type, (data: unknown) => listener({ data })),
      terminate: () => void thread.terminate(),
    } as unknown as Worker;
    await expectSame(prefetchInPage(OPENING, worker));
  });
});

describe("image folders", () => {
  const photos = mkdtempSync(join(tmpdir(), "ganvas-photos-"));
  const empty = mkdtempSync(join(tmpdir(), "ganvas-empty-"));

  beforeAll(async () => {
    for (const [i, image] of [positionImage(40, 30, 0), positionImage(32, 64, 1)].entries())
      writeFileSync(join(photos, `${i}.png`), await encodePng(image));
    writeFileSync(join(photos, "small.png"), await encodePng(positionImage(15, 90, 2)));
    writeFileSync(join(photos, "notes.txt"), "no image");
  });
  afterAll(() => {
    rmSync(photos, { recursive: true });
    rmSync(empty, { recursive: true });
  });

  test("images that are large enough are found", async () => {
    expect(await findTrainingImages(photos, { patch: 16 })).toEqual({
      paths: ["0.png", "1.png"].map((f) => join(photos, f)),
      window: 2,
      damaged: [],
      skipped: [join(photos, "small.png")],
    });
  });

  test.skipIf(process.platform === "win32")("a pipe among them is not waited for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ganvas-pipe-"));
    copyFileSync(join(photos, "0.png"), join(folder, "a.png"));
    execFileSync("mkfifo", [join(folder, "b.png")]);
    const { paths, damaged } = await findTrainingImages(folder, { patch: 16 });
    expect([paths, damaged]).toEqual([[join(folder, "a.png")], [join(folder, "b.png")]]);
    rmSync(folder, { recursive: true });
  });

  test("a folder without use is named", async () => {
    await expect(findTrainingImages(join(photos, "none"))).rejects.toThrow("it does not exist");
    await expect(findTrainingImages(join(photos, "0.png"))).rejects.toThrow("it is not a folder");
    await expect(findTrainingImages(photos, { patch: 128 })).rejects.toThrow("no image in");
    await expect(findTrainingImages(photos, { accept: () => false })).rejects.toThrow(
      "is passed over because of its name; the first is 0.png",
    );
    await expect(findTrainingImages(empty)).rejects.toThrow("holds no images");
    expect((await findTrainingImages(photos, { patch: 16, memoryBytes: 7000 })).window).toBe(1);
  });

  test("damaged files are left out and named; the next one takes the place of one found late", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ganvas-damaged-"));
    for (const name of ["a.png", "b.png", "d.png"]) copyFileSync(join(photos, "0.png"), join(folder, name));
    writeFileSync(join(folder, "c.png"), "not a PNG");
    const whole = readFileSync(join(photos, "0.png"));
    writeFileSync(join(folder, "b.png"), whole.subarray(0, whole.length - 30));
    const files = await findTrainingImages(folder, { patch: 16 });
    expect(files.damaged).toEqual([join(folder, "c.png")]);
    expect(files.paths).toHaveLength(3);
    const told: string[] = [];
    const loader = imageFiles(files, (message) => told.push(message));
    const images = await Promise.all([1, 1, 2].map((index) => loader.load(index)));
    expect(images[0]).toEqual(images[2]);
    expect(await loader.load(1)).toEqual(images[2]);
    expect(told).toEqual([expect.stringMatching(/b\.png: the image is truncated or damaged/)]);
    for (const name of ["a.png", "d.png"]) writeFileSync(join(folder, name), "");
    await expect(imageFiles(files).load(0)).rejects.toThrow("a.png: the file is empty");
    await expect(findTrainingImages(folder, { patch: 64 })).rejects.toThrow(
      /cannot be read \(first .*a\.png\)/,
    );
    rmSync(folder, { recursive: true });
  });
});

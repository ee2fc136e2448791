/** The studio's server over real HTTP, with bundles that are given rather than built. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStudioServer, sitePath } from "../../examples/studio/server.mjs";

const files = new Map([["main.js", new TextEncoder().encode("export {};\n")]]);
let problem: Error | undefined;

const { server, rebuilt } = createStudioServer({
  watch: true,
  file: (name) => files.get(name),
  all: () => files,
  ready: async () => {
    if (problem) throw problem;
  },
});

interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Unlike fetch, sends the path as it is written. */
function get(path: string, method = "GET", port = (server.address() as AddressInfo).port): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("error", reject).end();
  });
}

beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("the studio's server", () => {
  test("gives the page, its bundles and the samples with their types", async () => {
    const page = await get("/");
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["cache-control"]).toBe("no-cache");
    expect(page.body).toContain("live-reload.js");
    const script = await get("/main.js?x=1");
    expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(script.body).toBe("export {};\n");
    const sample = await get("/samples/parrots.png", "HEAD");
    expect([sample.status, sample.headers["content-type"], sample.body]).toEqual([200, "image/png", ""]);
  });

  test.each([
    "/samples/../index.html",
    "/samples/../../../package.json",
    "/samples/%2e%2e/index.html",
    "/samples/..%2findex.html",
    "/samples/..%5cindex.html",
    "/samples/",
    "/samples",
    "/samples/parrots.png/",
    "/samples/.hidden",
    "/samples//etc/passwd",
    "//etc/passwd",
    "/%00",
    "/%zz",
    "/package.json",
    "/constructor",
  ])("refuses %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test("takes no other method than GET and HEAD", async () => {
    const reply = await get("/", "POST");
    expect([reply.status, reply.headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  test("shows why a build failed, as text", async () => {
    problem = new Error('no loader for "<b>.wgsl"');
    const reply = await get("/");
    problem = undefined;
    expect(reply.status).toBe(500);
    expect(reply.body).toContain("&lt;b>.wgsl");
    expect((await get("/")).status).toBe(200);
  });

  test("tells open pages of a new build", async () => {
    const { port } = server.address() as AddressInfo;
    const text = await new Promise<string>((resolve) => {
      const sent = request({ host: "127.0.0.1", port, path: "/events" }, (response) => {
        response.setEncoding("utf8").on("data", (part: string) => {
          if (part.includes("rebuilt")) {
            sent.destroy();
            resolve(part);
          } else rebuilt();
        });
      });
      sent.on("error", () => undefined).end();
    });
    expect(text).toBe("event: rebuilt\ndata:\n\n");
  });

  test("makes the API reference when it is first asked for, and links it", async () => {
    let made = 0;
    const folder = mkdtempSync(join(tmpdir(), "ganvas-docs-"));
    writeFileSync(join(folder, "index.html"), "<p>reference</p>");
    mkdirSync(join(folder, "~"));
    writeFileSync(join(folder, "~/Tensor.html"), "<p>a symbol</p>");
    const given = createStudioServer(
      { watch: false, file: () => undefined, all: () => new Map(), ready: async () => {} },
      async () => {
        made += 1;
        return folder;
      },
    ).server;
    await new Promise<void>((done) => given.listen(0, "127.0.0.1", done));
    try {
      const at = (path: string) => get(path, "GET", (given.address() as AddressInfo).port);
      expect((await at("/")).body).toContain('<link rel="help" href="docs/index.html">');
      expect(made).toBe(0);
      const page = await at("/docs/index.html");
      expect([page.status, page.body, made]).toEqual([200, "<p>reference</p>", 1]);
      expect((await at("/docs/~/Tensor.html")).body).toBe("<p>a symbol</p>");
      expect((await at("/docs/none.html")).status).toBe(404);
    } finally {
      given.close();
      rmSync(folder, { recursive: true });
    }
    expect((await get("/")).body).not.toContain('rel="help"');
  });

  test("answers others while the reference is made, and tells why it could not be", async () => {
    let fail = (_: Error) => {};
    const given = createStudioServer(
      { watch: false, file: () => undefined, all: () => new Map(), ready: async () => {} },
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    ).server;
    await new Promise<void>((done) => given.listen(0, "127.0.0.1", done));
    try {
      const at = (path: string) => get(path, "GET", (given.address() as AddressInfo).port);
      const docs = at("/docs/index.html");
      expect((await at("/")).status).toBe(200);
      fail(new Error("no Deno"));
      expect(await docs).toMatchObject({ status: 500, body: "no Deno" });
    } finally {
      given.close();
    }
  });

  test("answers to its own names only", async () => {
    const { port } = server.address() as AddressInfo;
    const asked = (host: string) =>
      new Promise<number>((resolve, reject) => {
        request({ host: "127.0.0.1", port, path: "/", headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on("error", reject)
          .end();
      });
    for (const host of [`127.0.0.1:${port}`, "localhost", "LOCALHOST:1", "[::1]:80"])
      expect(await asked(host), host).toBe(200);
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"])
      expect(await asked(host), host).toBe(403);
  });

  test("says what has not changed, and follows no link out of its folders", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ganvas-site-"));
    writeFileSync(join(folder, "secret.txt"), "secret");
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "docs/a.txt"), "a");
    symlinkSync(join(folder, "secret.txt"), join(folder, "docs/out.txt"));
    symlinkSync(join(folder, "docs/a.txt"), join(folder, "docs/within.txt"));
    symlinkSync(folder, join(folder, "docs/up"));
    const given = createStudioServer(
      { watch: false, file: () => undefined, all: () => new Map(), ready: async () => {} },
      async () => join(folder, "docs"),
    ).server;
    await new Promise<void>((done) => given.listen(0, "127.0.0.1", done));
    try {
      const { port } = given.address() as AddressInfo;
      const at = (path: string) => get(`/docs/${path}`, "GET", port);
      const first = await at("a.txt");
      expect([first.status, first.body, (await at("within.txt")).body]).toEqual([200, "a", "a"]);
      for (const path of ["out.txt", "up/secret.txt", "up"]) expect((await at(path)).status, path).toBe(404);
      const again = await fetch(`http://127.0.0.1:${port}/docs/a.txt`, {
        headers: { "if-none-match": first.headers.etag as string },
      });
      expect([again.status, await again.text()]).toEqual([304, ""]);
    } finally {
      given.close();
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(process.platform !== "linux")("closes the file of a download that is broken off", async () => {
    const { port } = server.address() as AddressInfo;
    const path = "/models/weights/srresnet.safetensors";
    const open = () =>
      readdirSync("/proc/self/fd").filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).endsWith("/srresnet.safetensors");
        } catch {
          return false;
        }
      }).length;
    for (let k = 0; k < 20; k++)
      await new Promise<void>((done) => {
        const sent = request({ host: "127.0.0.1", port, path }, (response) =>
          response.once("data", () => sent.destroy()),
        );
        sent.on("error", () => {}).on("close", () => done());
        sent.end();
      });
    await expect.poll(open, { timeout: 5000 }).toBe(0);
  });

  test("knows a plain path", () => {
    expect(sitePath("/")).toBe("");
    expect(sitePath("/models/weights/srresnet-x4.safetensors#a")).toBe(
      "models/weights/srresnet-x4.safetensors",
    );
    expect(sitePath("/a/../b")).toBeUndefined();
  });
});

/** Published sets out of a server that behaves as servers do: breaks off, has no ranges, gives another file, is gone. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { fetchSet } from "../../../models/datasets/fetch-node.ts";
import { openDataset } from "../../../models/datasets/open-node.ts";
import { PUBLISHED_SETS, type PublishedSet } from "../../../models/datasets/published.ts";
import { bytesOf, cifarRecord, type Files, refusal, tar } from "./given.ts";

const root = mkdtempSync(join(tmpdir(), "ganvas-fetch-"));
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer;
let requests: { url: string | undefined; range: string | undefined }[] = [];
const server = createServer((request, response) => {
  requests.push({ url: request.url, range: request.headers.range });
  answer(request, response);
});
let address = "";
let folder = "";
let count = 0;
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  requests = [];
  answer = whole(content);
  folder = join(root, String(count++));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(root, { recursive: true });
});

const start = (request: IncomingMessage) =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);

/** A server with ranges. */
const whole =
  (bytes: Uint8Array): Answer =>
  (request, response) => {
    const from = start(request);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": bytes.length - from });
    response.end(bytes.subarray(from));
  };

/** Says that all will come, and breaks off after `most` bytes. */
const breaking =
  (bytes: Uint8Array, most: number): Answer =>
  (request, response) => {
    const from = start(request);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": bytes.length - from });
    response.write(bytes.subarray(from, from + most), () => response.destroy());
  };

function published(files: Files, archive = false, urls = (name: string) => [address + name]): PublishedSet {
  return {
    ...{ name: "made-up", title: "Made up", holds: "", page: "", licence: "CC0", archive },
    files: Object.entries(files).map(([name, given]) => {
      const bytes = bytesOf(given);
      const hex = createHash("sha256").update(bytes).digest("hex");
      return { name, urls: urls(name), bytes: bytes.length, hash: { kind: "sha256", hex } };
    }),
  };
}
const single = (archive?: boolean) => published({ "file.bin": content }, archive);

const options = (more: { from?: string; signal?: AbortSignal; onProgress?: () => void } = {}) => ({
  signal: new AbortController().signal,
  onProgress: () => {},
  ...more,
});
const fetched = (set: PublishedSet, more = {}) => fetchSet(set, folder, options(more));
/** Is what came the file? `toEqual` would take seconds for so many bytes. */
const came = () => readFileSync(join(folder, "file.bin")).equals(content);
const left = () => readdirSync(root).filter((name) => name.startsWith(folder.slice(root.length + 1)));

test("a file comes whole, and once", async () => {
  let last = [0, 0];
  expect(await fetched(single(), { onProgress: (...now: [number, number]) => (last = now) })).toBe(true);
  expect(last.slice(0, 2)).toEqual([content.length, content.length]);
  expect(came()).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, ".source.json"), "utf8"))).toMatchObject({
    name: "made-up",
    licence: "CC0",
  });
  expect(existsSync(`${folder}.part`)).toBe(false);
  expect(await fetched(single())).toBe(false);
  expect(requests.length).toBe(1);
});

test("a connection that breaks is taken up where it broke", async () => {
  answer = breaking(content, 100_000);
  await fetched(single());
  expect(came()).toBe(true);
  expect(requests.map(({ range }) => range)).toEqual([undefined, "bytes=100000-", "bytes=200000-"]);
});

test("a server without ranges begins anew, and what it gives is right", async () => {
  let first = true;
  answer = (request, response) => {
    if (first) breaking(content, 70_000)(request, response);
    else response.writeHead(200, { "content-length": content.length }).end(content);
    first = false;
  };
  await fetched(single());
  expect(came()).toBe(true);
});

test("an interrupted download goes on with the next call", async () => {
  const ended = new AbortController();
  answer = (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 120_000)); // and then nothing more
  };
  const onProgress = (done: number) => {
    if (done === 120_000) ended.abort(new InputError("interrupted"));
  };
  expect(await refusal(fetched(single(), { signal: ended.signal, onProgress }))).toBe(
    "InputError: interrupted",
  );
  expect(existsSync(folder)).toBe(false);
  answer = whole(content);
  await fetched(single());
  expect(requests.at(-1)?.range).toBe("bytes=120000-");
  expect(came()).toBe(true);
});

describe("is refused in a sentence, with what to do by hand, and no folder", () => {
  const never: Answer = (request) => request.socket.destroy();
  test.each<[string, Answer, RegExp]>([
    [
      "404",
      (_, response) => response.writeHead(404).end("no"),
      /file\.bin: 404 Not Found\. By hand: download http/,
    ],
    [
      "a wrong hash",
      whole(content.with(5, 99)),
      /its sha256 is [0-9a-f]{64}, that of the published file [0-9a-f]{64}; the download was removed/,
    ],
    ["another size", whole(content.subarray(9)), /gives 299991 bytes, expected 300000/],
    [
      "a page instead",
      (_, response) => response.write("<html>moved</html>", () => response.end()),
      /ends after 18 of 300000 bytes/,
    ],
    [
      "more than announced",
      (_, response) => response.end(Buffer.concat([content, content])),
      /gives (600000|more than)/,
    ],
    [
      "a body that always ends early",
      (_, response) => response.end(),
      /ends after 0 of 300000|gives 0 bytes/,
    ],
    ["no answer", never, /file\.bin: the connection broke/],
  ])("%s", async (_, given, message) => {
    answer = given;
    const said = await refusal(fetched(single()));
    expect(said).toMatch(/^InputError: http:\/\/127\.0\.0\.1/);
    expect(said).toMatch(message);
    expect(said).toMatch(/run: ganvas data fetch made-up --from FILE\./);
    expect(existsSync(folder)).toBe(false);
  });

  test("no network", async () => {
    const set = published({ "file.bin": content }, false, (name) => [
      `http://nowhere.invalid/${name}`,
      `http://127.0.0.1:7777/${name}`,
    ]);
    expect(await refusal(fetched(set))).toMatch(
      /^InputError: http:\/\/nowhere\.invalid\/file\.bin: .*http:\/\/127\.0\.0\.1:7777\/file\.bin: the connection is refused\. By hand/,
    );
    expect(left()).toEqual([]);
  });
});

test("a mirror helps out", async () => {
  const set = published({ "file.bin": content }, false, (name) => [`${address}gone/${name}`, address + name]);
  answer = (request, response) =>
    request.url?.startsWith("/gone") ? response.writeHead(403).end() : whole(content)(request, response);
  await fetched(set);
  expect(came()).toBe(true);
});

test("of several files, those that came are kept until all are there", async () => {
  const set = published({ "a.bin": content, "b.bin": "b" });
  answer = (request, response) =>
    request.url === "/a.bin" ? whole(content)(request, response) : response.writeHead(500).end();
  expect(await refusal(fetched(set))).toMatch(
    /b\.bin: 500 .*--from FOLDER\. What has come so far is kept in .*\.part\.$/,
  );
  expect(existsSync(folder)).toBe(false);
  answer = whole(bytesOf("b"));
  requests = [];
  await fetched(set);
  expect(requests.map(({ url }) => url)).toEqual(["/b.bin"]);
  expect(readdirSync(folder).sort()).toEqual([".source.json", "a.bin", "b.bin"]);
});

describe("archives", () => {
  const LONG = `cifar-10-batches-bin/${"long/".repeat(30)}note.txt`;
  const batch = Uint8Array.from([cifarRecord(0, 3), cifarRecord(1, 9)].flat());
  const files: Files = {
    "cifar-10-batches-bin/": "",
    "cifar-10-batches-bin/data_batch_1.bin": batch,
    [LONG]: "x",
  };
  const served = (packed: Uint8Array) => {
    answer = whole(packed);
    return published({ "set.tar.gz": packed }, true);
  };

  test("are unpacked, and then are a set", async () => {
    await fetched(served(gzipSync(tar(files))));
    expect(readFileSync(join(folder, LONG), "utf8")).toBe("x");
    expect(readdirSync(folder).sort()).toEqual([".source.json", "cifar-10-batches-bin"]);
    const { dataset } = await openDataset(folder);
    expect([dataset.name, dataset.size, (await dataset.item(1)).label]).toEqual(["CIFAR-10", 2, 9]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["no archive", bytesOf("words"), /the gzip data are truncated or damaged$/],
    ["cut", gzipSync(tar(files)).slice(0, -30), /the gzip data are truncated or damaged$/],
    [
      "a tar cut before it was packed",
      gzipSync(tar(files).slice(0, 3000)),
      /truncated within cifar-10-.*data_batch_1\.bin$/,
    ],
    ["no tar", gzipSync(new Uint8Array(2000).fill(65)), /the tar archive is damaged$/],
    [
      "a way out",
      gzipSync(tar({ "../outside.txt": "x" })),
      /would write outside of its folder: \.\.\/outside\.txt$/,
    ],
    [
      "another way out",
      gzipSync(tar({ "/tmp/ganvas-outside.txt": "x" })),
      /would write outside of its folder/,
    ],
  ])("%s", async (_, packed, message) => {
    const said = await refusal(fetched(served(packed)));
    expect(said).toMatch(/^FormatError: /);
    expect(said).toMatch(message);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(root, "outside.txt"))).toBe(false);
  });
});

describe("downloaded by hand", () => {
  const hand = join(root, "hand");
  beforeAll(() => mkdirSync(hand));

  test("a file, or a folder that holds it", async () => {
    writeFileSync(join(hand, "file.bin"), content);
    for (const from of [hand, join(hand, "file.bin")]) {
      folder = join(root, String(count++));
      await fetched(single(), { from });
      expect(came()).toBe(true);
    }
    expect(requests).toEqual([]);
    expect(existsSync(join(hand, "file.bin"))).toBe(true);
  });

  test("another file is refused and left where it is", async () => {
    writeFileSync(join(hand, "file.bin"), content.with(0, 1));
    expect(await refusal(fetched(single(), { from: hand }))).toMatch(
      /^InputError: .*hand\/file\.bin: its sha256 is/,
    );
    writeFileSync(join(hand, "file.bin"), "short");
    expect(await refusal(fetched(single(), { from: hand }))).toMatch(
      /it has 5 bytes, the published file 300000$/,
    );
    expect(existsSync(join(hand, "file.bin"))).toBe(true);
    rmSync(join(hand, "file.bin"));
    expect(await refusal(fetched(single(), { from: hand }))).toMatch(
      /hand is not file\.bin, nor a folder that holds it$/,
    );
    expect(await refusal(fetched(single(), { from: "/nowhere" }))).toMatch(/cannot read \/nowhere/);
    expect(left()).toEqual([]);
  });

  test("the same content packed anew is the same set", async () => {
    const digits = bytesOf("digits");
    const set = published({ "d.gz": gzipSync(digits, { level: 1 }) });
    const hex = createHash("md5").update(digits).digest("hex");
    const files = set.files.map((file) => ({ ...file, unpacked: { kind: "md5", hex } as const }));
    writeFileSync(join(hand, "d.gz"), gzipSync(digits, { level: 9, mtime: 1 }));
    expect(await fetched({ ...set, files }, { from: hand })).toBe(true);
    writeFileSync(join(hand, "d.gz"), gzipSync(bytesOf("figits")));
    folder = join(root, String(count++));
    expect(await refusal(fetched({ ...set, files }, { from: hand }))).toMatch(/the published file/);
  });
});

test("a folder with something else in it is not touched", async () => {
  mkdirSync(folder);
  expect(await fetched(single())).toBe(true);
  rmSync(join(folder, ".source.json"));
  expect(await refusal(fetched(single()))).toMatch(
    /exists already and is not Made up as this command leaves it; give another --to$/,
  );
  expect(readdirSync(folder)).toEqual(["file.bin"]);
});

test("the sets that are known have what a download needs", () => {
  expect(new Set(PUBLISHED_SETS.map(({ name }) => name)).size).toBe(PUBLISHED_SETS.length);
  for (const { files, archive } of PUBLISHED_SETS)
    for (const { name, urls, bytes, hash, unpacked } of files) {
      for (const url of urls) expect(new URL(url).pathname.endsWith(`/${name}`)).toBe(true);
      expect(bytes).toBeGreaterThan(1000);
      for (const { kind, hex } of [hash, ...(unpacked ? [unpacked] : [])])
        expect(hex).toMatch(kind === "md5" ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{64}$/);
      if (archive) expect(name).toMatch(/\.(tar\.gz|tgz)$/);
    }
});

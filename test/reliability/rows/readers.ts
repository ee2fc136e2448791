/** Every reader on broken files: only documented errors, in time and memory bounded by the file's size. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../engine/errors.ts";
import { crc32 } from "../../../engine/io/crc32.ts";
import { integer, randomBits } from "../../../engine/random.ts";
import { root } from "../../../examples/setup/paths.mjs";
import { type Reader, readers } from "../readers.ts";
import { type Amount, type Row, Tally } from "../row.ts";

const SEED = 29;
/** Files that once were read wrongly; a failing one is added by the long form. */
const CORPUS = join(root, "test/reliability/corpus");
/** Milliseconds of the processor that a file of a few hundred bytes may take. */
const MOST_MS = 1000;

/** Numbers that say sizes in files, at their ends. */
const WORDS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0xffff_ffff];

/** A file with some bytes, words or stretches changed, cut or doubled. */
function broken(seed: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  let drawn = 0;
  const draw = (n: number) => integer(randomBits(SEED, index, drawn++)[0], Math.max(n, 1));
  let bytes = seed.slice() as Uint8Array<ArrayBuffer>;
  for (let left = 1 + draw(4); left > 0; left--) {
    const at = draw(bytes.length);
    const kind = draw(6);
    if (kind === 0) bytes[at] = draw(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    else if (kind === 2 && at + 4 <= bytes.length)
      new DataView(bytes.buffer).setUint32(at, WORDS[draw(WORDS.length)] as number, draw(2) === 0);
    else if (kind === 3) bytes = bytes.slice(0, at);
    else {
      const [from, to] = [at, at + draw(24)];
      const part = bytes.slice(from, to);
      const copies = kind === 4 ? [] : [part, part];
      bytes = Uint8Array.from([
        ...bytes.slice(0, from),
        ...copies.flatMap((c) => [...c]),
        ...bytes.slice(to),
      ]);
    }
  }
  return bytes;
}

/** What is wrong with how a file is read. */
async function faultOf(
  reader: Reader,
  bytes: Uint8Array,
): Promise<{ fault: string | undefined; ms: number }> {
  const started = process.cpuUsage();
  let fault: string | undefined;
  try {
    await reader.read(bytes);
  } catch (error) {
    if (!(error instanceof InputError))
      fault = `${(error as Error)?.name}: ${(error as Error)?.message ?? error}`;
    else if (error.message.length > 600) fault = `a message of ${error.message.length} letters`;
  }
  const { user, system } = process.cpuUsage(started);
  const ms = (user + system) / 1000;
  if (ms > MOST_MS) fault ??= `${Math.round(ms)} ms`;
  return { fault, ms };
}

/** @param amount.share thousands of files for each reader */
export async function brokenFiles({ short, share }: Amount): Promise<Row[]> {
  const rows: Row[] = [];
  for (const reader of await readers()) {
    const tally = new Tally();
    let [slowest, kept] = [0, 0];
    const attempt = async (what: string, bytes: Uint8Array) => {
      const { fault, ms } = await faultOf(reader, bytes);
      slowest = Math.max(slowest, ms);
      tally.add(what, fault, fault);
      if (fault === undefined || short || ++kept > 3) return;
      mkdirSync(CORPUS, { recursive: true });
      writeFileSync(join(CORPUS, `${reader.name} ${crc32(bytes).toString(16)}`), bytes);
    };
    for (const seed of reader.seeds) {
      const fault = await Promise.resolve(seed)
        .then(reader.read)
        .then(() => undefined)
        .catch((error: Error) => error.message);
      tally.add("a good file", fault, fault);
    }
    const corpus = existsSync(CORPUS) ? readdirSync(CORPUS) : [];
    for (const name of corpus.filter((each) => each.startsWith(`${reader.name} `)))
      await attempt(name, new Uint8Array(readFileSync(join(CORPUS, name))));
    for (let k = 0; k < share * (short ? 60 : 1000); k++)
      await attempt(`file ${k}`, broken(reader.seeds[k % reader.seeds.length] as Uint8Array, k));
    rows.push(tally.row("broken file", reader.name, `${Math.round(slowest)} ms at most`));
  }
  return rows;
}

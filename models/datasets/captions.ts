/**
 * What people said of the pictures of a folder: NAME.txt beside NAME.png with one caption a line, or one table (JSON, JSON
 * lines, CSV or TSV) that names a picture and its captions in each row.
 */
import { imageStem } from "../../engine/data/image-names.ts";
import { baseName, type NamedFile } from "./named-file.ts";
import { readTable, type Row, TABLE } from "./table.ts";

/** What is said of a picture. */
export interface Said {
  readonly captions: readonly string[];
  /** Words that fit it, where the table has a column of them. */
  readonly tags?: readonly string[];
  /** The row of the table, counted from 0: pictures of one row show the same thing. */
  readonly row?: number;
}

export interface Captions {
  /** Of each picture that has any. */
  readonly of: ReadonlyMap<NamedFile, Said>;
  /** Where they were found, for messages. */
  readonly from: string;
  readonly sources: ReadonlySet<NamedFile>;
  /** A sentence for each row or text that belongs to no picture. */
  readonly leftOut: readonly string[];
}

/** Names of columns, the surest first. */
const PICTURE_COLUMNS = ["image", "file", "file_name", "filename", "path", "img", "picture"];
const CAPTION_COLUMNS = ["captions", "caption", "sentences", "sentence", "text", "texts", "description"];
/** Columns that may hold a name of the picture, or of its class. */
const NAME_COLUMNS = ["label", "name"];
const TAG_COLUMNS = ["tags", "keywords"];

/**
 * The captions of a folder; undefined where it has none.
 * @throws FormatError where a table that holds captions is damaged
 */
export async function findCaptions(
  files: readonly NamedFile[],
  pictures: readonly NamedFile[],
): Promise<Captions | undefined> {
  for (const file of files.filter(({ name }) => TABLE.test(name))) {
    const captions = captionsOfTable(file, await readTable(file), pictures);
    if (captions) return captions;
  }
  return captionsOfTexts(files, pictures);
}

function captionsOfTable(
  source: NamedFile,
  rows: readonly Row[],
  pictures: readonly NamedFile[],
): Captions | undefined {
  const pictureColumn = PICTURE_COLUMNS.find((name) => rows.some((row) => typeof row[name] === "string"));
  const captionColumns = captionColumnsOf(rows);
  if (pictureColumn === undefined || captionColumns.length === 0) return undefined;
  const named = byPathEnd(pictures);
  const of = new Map<NamedFile, Said>();
  const leftOut: string[] = [];
  for (const [k, row] of rows.entries()) {
    const name = String(row[pictureColumn] ?? "").replace(/^\.?\//, "");
    const found = named.get(name);
    if (!found) leftOut.push(`${source.name}: entry ${k + 1} names "${name}", which is not there`);
    const said = [...new Set(captionColumns.flatMap((column) => textsOf(row[column])))];
    if (said.length === 0) continue;
    const tags = TAG_COLUMNS.flatMap((column) => textsOf(row[column]));
    for (const file of found ?? []) {
      const before = of.get(file);
      of.set(file, {
        captions: [...(before?.captions ?? []), ...said],
        row: before?.row ?? k,
        ...(tags.length > 0 && { tags: [...(before?.tags ?? []), ...tags] }),
      });
    }
  }
  if (of.size === 0) return undefined;
  return { of, from: source.name, sources: new Set([source]), leftOut };
}

/** A column of names counts as captions where most rows differ in it: otherwise it names classes. */
function captionColumnsOf(rows: readonly Row[]): readonly string[] {
  const filled = (name: string) => rows.some((row) => textsOf(row[name]).length > 0);
  const sure = CAPTION_COLUMNS.find(filled);
  if (sure !== undefined) return [sure];
  return NAME_COLUMNS.filter(
    (name) => 2 * new Set(rows.flatMap((row) => textsOf(row[name]))).size > rows.length,
  );
}

/** Captions in a cell: a text or a list of texts. Numbers are none. */
function textsOf(cell: unknown): string[] {
  const texts: readonly unknown[] = Array.isArray(cell) ? cell : [cell];
  return texts.flatMap((text) => (typeof text === "string" && text.trim() !== "" ? [text.trim()] : []));
}

/** Pictures by their path, and by every end of it from a folder's name on. */
function byPathEnd(pictures: readonly NamedFile[]): Map<string, NamedFile[]> {
  const named = new Map<string, NamedFile[]>();
  for (const picture of pictures)
    for (let name = picture.name; ; name = name.slice(name.indexOf("/") + 1)) {
      const same = named.get(name);
      if (same) same.push(picture);
      else named.set(name, [picture]);
      if (!name.includes("/")) break;
    }
  return named;
}

/** Texts count as captions where at least half of the pictures have one, so that a README is none. */
async function captionsOfTexts(
  files: readonly NamedFile[],
  pictures: readonly NamedFile[],
): Promise<Captions | undefined> {
  const texts = new Map<string, NamedFile>();
  for (const file of files) {
    if (!/\.txt$/i.test(file.name)) continue;
    const stem = file.name.slice(0, -4);
    texts.set(stem, file).set(baseName(stem), file);
  }
  const partner = (picture: NamedFile) => {
    const stem = imageStem(picture.name);
    return texts.get(stem) ?? texts.get(baseName(stem));
  };
  const pairs = pictures.flatMap((picture) => {
    const text = partner(picture);
    return text ? [[picture, text] as const] : [];
  });
  if (pairs.length === 0 || 2 * pairs.length < pictures.length) return undefined;
  const of = new Map<NamedFile, Said>();
  const leftOut: string[] = [];
  for (const [picture, text] of pairs) {
    const lines = new TextDecoder().decode(await text.bytes()).split(/\r?\n|\r/);
    const said = lines.map((line) => line.trim()).filter((line) => line !== "");
    if (said.length > 0) of.set(picture, { captions: said });
  }
  return { of, from: "a .txt beside each", sources: new Set(pairs.map(([, text]) => text)), leftOut };
}

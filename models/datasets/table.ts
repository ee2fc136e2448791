/** Rows out of JSON, JSON lines, CSV or TSV, as tables of captions come. */
import { FormatError } from "../../engine/errors.ts";
import type { NamedFile } from "./named-file.ts";

/** A row by its columns, their names in lower case. */
export type Row = Readonly<Record<string, unknown>>;

/** Names of files that may hold a table. */
export const TABLE = /\.(json|jsonl|ndjson|csv|tsv)$/i;

const MAX_TABLE_BYTES = 2 ** 28;

/**
 * The rows of a file. JSON is a list of objects, or an object that has such a list (COCO's form).
 * @throws FormatError where the file is not what its name says
 */
export async function readTable(file: NamedFile): Promise<Row[]> {
  if (file.size > MAX_TABLE_BYTES) throw new FormatError(`${file.name}: tables over 256 MiB are not read`);
  const text = new TextDecoder().decode(await file.bytes()).replace(/^\uFEFF/, "");
  if (/\.json$/i.test(file.name)) return listOf(parseJson(text, file.name));
  if (/l$|ndjson$/i.test(file.name)) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
    return lines.flatMap((line, k) => rowsOf([parseJson(line, `${file.name}, line ${k + 1}`)]));
  }
  const [head = [], ...rows] = splitCells(text, /\.tsv$/i.test(file.name) ? "\t" : ",", file.name);
  return rows.map((cells) =>
    Object.fromEntries(head.map((name, k) => [name.trim().toLowerCase(), cells[k] ?? ""])),
  );
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${where}: not valid JSON (${(error as Error).message})`);
  }
}

/** The longest list of objects within a value. */
function listOf(value: unknown): Row[] {
  if (Array.isArray(value)) return rowsOf(value);
  const lists = typeof value === "object" && value !== null ? Object.values(value).filter(Array.isArray) : [];
  return lists.map(rowsOf).reduce((longest, rows) => (rows.length > longest.length ? rows : longest), []);
}

const rowsOf = (list: readonly unknown[]): Row[] =>
  list
    .filter((row): row is object => typeof row === "object" && row !== null && !Array.isArray(row))
    .map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])),
    );

/** RFC 4180: cells may be quoted, and then hold separators, line ends and doubled quotes. */
function splitCells(text: string, separator: string, file: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || cell !== "") rows.push(row);
    [row, cell] = [[], ""];
  };
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === separator) {
      row.push(cell);
      cell = "";
    } else if (letter === "\n") endRow();
    else if (letter !== "\r") cell += letter;
  }
  if (quoted) throw new FormatError(`${file}: a quoted cell has no end`);
  endRow();
  return rows;
}

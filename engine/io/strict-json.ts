/** JSON in which every key may appear once only, no key reaches a prototype, and nothing is nested without end. */

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor"]);

/** What is nested deeper ends `JSON.stringify` and any function that calls itself with an overflow of the stack. */
const MAX_DEPTH = 64;

/** What a message shows of a value. */
const LONGEST = 200;

/** A value of such JSON as text again, cut where it is long. */
export function showJson(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/**
 * `JSON.parse`, which silently keeps the last of two equal keys, with that gap closed.
 * @throws SyntaxError for text that is not JSON, a key given twice in one object, a forbidden key, or nesting beyond 64 levels
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // The text is known to be valid JSON from here on, so strings, braces and colons are all the scan must know.
  const open: (Set<string> | undefined)[] = []; // keys of each open object; undefined for an array
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (open.length > MAX_DEPTH) throw new SyntaxError(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(text, i);
      const keys = open.at(-1);
      if (keys && isFollowedByColon(text, end)) addKey(keys, JSON.parse(text.slice(i, end)) as string);
      i = end - 1;
    }
  }
  return value;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

function isFollowedByColon(text: string, position: number): boolean {
  let i = position;
  while (" \t\r\n".includes(text[i] ?? "-")) i++;
  return text[i] === ":";
}

function addKey(keys: Set<string>, key: string): void {
  if (FORBIDDEN_KEYS.has(key)) throw new SyntaxError(`refuses the name ${showJson(key)}`);
  if (keys.has(key)) throw new SyntaxError(`the name ${showJson(key)} appears twice`);
  keys.add(key);
}

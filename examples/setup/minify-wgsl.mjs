// WGSL in fewer bytes: without comments, without the spaces and the long names that only people need.

/** One token of WGSL, or what lies between two. Longer signs first, as WGSL reads them. */
const TOKEN =
  /(?<gap>\s+|\/\/.*)|[\p{XID_Start}_]\p{XID_Continue}*|0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)(?:[pP][+-]?\d+)?[iufh]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?|<<=|>>=|->|&&|\|\||[=!<>+\-*/%&|^]=|\+\+|--|<<|>>|[^\s\w]/uy;

/** Where the block comment that begins at `start` ends; such comments nest. @param {string} wgsl @param {number} start */
function endOfComment(wgsl, start) {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(wgsl); found; found = mark.exec(wgsl)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  throw new Error("WGSL: a comment does not end");
}

/**
 * Words, numbers and signs. A `>>` may be two ends of template lists; for what is done here that is no matter.
 * @param {string} wgsl
 * @returns {string[]}
 */
export function tokensOf(wgsl) {
  const tokens = [];
  for (let at = 0; at < wgsl.length; ) {
    if (wgsl.startsWith("/*", at)) {
      at = endOfComment(wgsl, at);
      continue;
    }
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(wgsl);
    if (!found) throw new Error(`WGSL: no token begins with ${JSON.stringify(wgsl.slice(at, at + 20))}`);
    if (found.groups?.gap === undefined) tokens.push(found[0]);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

/** Whether two tokens would be read as others without a space between them. @param {string} a @param {string} b */
function touch(a, b) {
  if (/\w$/.test(a) && /^\w/.test(b)) return true;
  const both = a + b;
  TOKEN.lastIndex = 0;
  return /^\/[/*]/.test(both) || TOKEN.exec(both)?.[0] !== a;
}

/**
 * The words of a shader: those that its functions declare, parameters and variables, and all others but members and attributes.
 * @param {string} wgsl
 */
function wordsOf(wgsl) {
  const tokens = tokensOf(wgsl);
  /** @type {{ locals: Set<string>, inside: string[], outside: string[] }} */
  const words = { locals: new Set(), inside: [], outside: [] };
  let [depth, isFunction] = [0, false];
  tokens.forEach((token, at) => {
    const [before = "", after = ""] = [tokens[at - 1], tokens[at + 1]];
    if (token === "fn") isFunction = true;
    if (token === "{") depth++;
    if (token === "}") isFunction = --depth > 0 && isFunction;
    if (!/^[\p{XID_Start}_]/u.test(token) || before === "." || before === "@") return;
    const isParameter = isFunction && depth === 0 && after === ":";
    if (isParameter || (depth > 0 && DECLARES.has(before))) words.locals.add(token);
    (isFunction && before !== "fn" ? words.inside : words.outside).push(token);
  });
  return words;
}

const DECLARES = new Set(["let", "var", "const"]);
const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** In order of length. */
const SHORT = [...LETTERS, ...LETTERS.flatMap((first) => LETTERS.map((second) => first + second))];
/** Words of two letters that WGSL has, or keeps for itself. */
const RESERVED = ["as", "do", "fn", "if", "of"];

/**
 * Short names for what functions declare, the same in all of these shaders: what is alike in two of them stays alike. A word keeps
 * its length where it means anything else in one of them: what the engine replaces, a buffer, a type.
 * @param {readonly string[]} shaders
 * @returns {ReadonlyMap<string, string>}
 */
export function shortNames(shaders) {
  const kept = new Set(RESERVED);
  /** @type {Map<string, number>} */
  const uses = new Map();
  for (const { locals, inside, outside } of shaders.map(wordsOf)) {
    for (const word of outside) kept.add(word);
    for (const word of inside)
      if (locals.has(word)) uses.set(word, (uses.get(word) ?? 0) + 1);
      else kept.add(word);
  }
  const names = [...uses].filter(([name]) => !kept.has(name)).sort(([, a], [, b]) => b - a);
  const free = SHORT.filter((name) => !kept.has(name));
  return new Map(names.map(([name], k) => [name, free[k] ?? name]));
}

/**
 * The same shader in fewer bytes. Every declaration has a line of its own: the engine finds the names that a file declares at
 * the beginning of lines.
 * @param {string} wgsl
 * @param {ReadonlyMap<string, string>} [names] see `shortNames`
 */
export function minifyWgsl(wgsl, names = new Map()) {
  let text = "";
  let last = "\n";
  let depth = 0;
  for (const word of tokensOf(wgsl)) {
    const token = last === "." || last === "@" ? word : (names.get(word) ?? word);
    text += last !== "\n" && touch(last, token) ? ` ${token}` : token;
    last = token;
    if (token === "{") depth++;
    if (token === "}") depth--;
    if (depth === 0 && (token === ";" || token === "}")) {
      text += "\n";
      last = "\n";
    }
  }
  return text.trimEnd();
}

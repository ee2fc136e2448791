// WGSL in fewer bytes: without comments and without the spaces that only people need.

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
 * The same shader in fewer bytes. Every declaration has a line of its own: the engine finds the names that a file declares at
 * the beginning of lines.
 * @param {string} wgsl
 */
export function minifyWgsl(wgsl) {
  let text = "";
  let last = "\n";
  let depth = 0;
  for (const token of tokensOf(wgsl)) {
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

/** TypeScript as a reader writes it, made into a function's body that runs anywhere. Lines keep their numbers. */
import { transform } from "sucrase/dist/index.js";
import { parse } from "sucrase/dist/parser/index.js";

/** Of sucrase's `IdentifierRole`, which is an enum of its sources only: declared at the top level, there by shorthand, imported. */
const TOP_LEVEL = new Set([2, 5, 9]);

/** Imports of types alone, whose names are no values. */
const TYPE_IMPORTS = /^\s*import type [^;"']*?from/gm;

export interface Transpiled {
  /** Modules that it imports. */
  readonly imports: readonly string[];
  /** Calls `require` for its imports, and at its end `take` with what it has declared and imported at its top level. */
  readonly body: string;
}

/** Code that cannot be read, and where. */
export class SyntaxProblem extends Error {
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined) {
    super(message);
    this.line = line;
  }
}

/** @throws SyntaxProblem */
export function transpile(code: string): Transpiled {
  try {
    const types = [...code.matchAll(TYPE_IMPORTS)].map(({ index, 0: text }) => [index, index + text.length]);
    const isTypeImport = (at: number) => types.some(([from = 0, to = 0]) => at >= from && at < to);
    const names = parse(code, false, true, false)
      .tokens.filter(({ start }) => !isTypeImport(start))
      .filter(({ identifierRole, isType }) => !isType && TOP_LEVEL.has(identifierRole as number))
      .map(({ start, end }) => code.slice(start, end));
    const { code: body } = transform(`${code}\n;take({ ${[...new Set(names)].join(", ")} });`, {
      transforms: ["typescript", "imports"],
      disableESTransforms: true,
    });
    return {
      body,
      imports: [...body.matchAll(/\brequire\('([^']+)'\)/g)].map(([, path]) => path as string),
    };
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number } };
    throw new SyntaxProblem(message.replace(/ \(\d+:\d+\)$/, ""), loc?.line);
  }
}

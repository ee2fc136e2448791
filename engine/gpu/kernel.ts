/**
 * From a WGSL file to a pipeline. A file in `shaders/` is whole and valid as it stands; it is specialised only by giving
 * its declared names other values: a `const`, an `alias`, or a hook function. An unknown name is an error.
 */
import { GanvasError } from "../errors.ts";

/** A hook's new text: the whole function, or further functions and bindings it needs in front of it. */
export interface Specialisation {
  readonly constants?: Readonly<Record<string, number | string>>;
  readonly hooks?: Readonly<Record<string, string>>;
  /** Declarations that the hooks refer to (bindings, helper functions). */
  readonly declarations?: string;
}

/** The buffer behind one binding of a launch. */
export type Binding =
  | { readonly input: number }
  | { readonly scratch: number }
  | { readonly state: number }
  | { readonly output: true };

/** Memory that lives while the launches of one op run. */
export interface Scratch {
  /** Elements. */
  readonly size: number;
  /** The input or scratch buffer whose element type it has, or the output; four bytes where nothing is said. */
  readonly like?: Binding;
}

/** One dispatch of an op with kernels of its own. */
export interface Launch {
  /** Shown in profiles; the file's name. */
  readonly name: string;
  readonly source: string;
  readonly constants: Readonly<Record<string, number | string>>;
  /** In the order of the file's bindings. `write` marks `read_write`. */
  readonly bindings: readonly (Binding & { readonly write?: boolean })[];
  readonly grid: readonly [x: number, y: number, z: number];
  /** Scratch buffers, numbered over all launches of the op. */
  readonly scratch?: readonly Scratch[];
  /** Hooks of the file that the op itself fills. */
  readonly hooks?: Readonly<Record<string, string>>;
  /** The hook that sees every output, where the file has one. */
  readonly epilogue?: { readonly hook: string; readonly width: 1 | 4 };
  readonly flops?: number;
}

/** The WGSL text of `source` with its declared names replaced. @throws GanvasError when the file does not declare one of them */
export function specialise(name: string, source: string, by: Specialisation): string {
  let text = source;
  for (const [constant, value] of Object.entries(by.constants ?? {})) {
    const pattern = new RegExp(
      `^(const|alias|override)\\s+${constant}\\b(\\s*:\\s*[\\w<>]+)?\\s*=\\s*[^;]*;`,
      "m",
    );
    const found = pattern.exec(text);
    if (!found) throw unknownName(name, source, constant);
    const type = found[2] ?? "";
    const old = found[0].slice(found[0].indexOf("=") + 1).trim();
    const literal = typeof value === "string" ? value : wgslNumber(value, type || old);
    text = text.replace(pattern, () => `${found[1]} ${constant}${type} = ${literal};`);
  }
  for (const [hook, body] of Object.entries(by.hooks ?? {})) {
    const start = text.search(new RegExp(`^fn\\s+${hook}\\s*\\(`, "m"));
    if (start < 0) throw unknownName(name, source, hook);
    text = text.slice(0, start) + body + text.slice(endOfBlock(text, start));
  }
  if (by.declarations) {
    // Two hooks may call the same function.
    const lines = by.declarations.split("\n");
    const once = lines.filter((line, k) => !line.startsWith("fn ") || lines.indexOf(line) === k);
    text = `${text}\n${once.join("\n")}\n`;
  }
  // A directive must come first, and a device without half precision refuses it.
  return usesF16(text) ? `enable f16;\n${text}` : text;
}

const usesF16 = (text: string): boolean => /\bf16\b/.test(text.replace(/\/\/.*/g, ""));

/**
 * The alias that a file gives the elements of a binding, and the type it stands for. Tensors of type f16 are read and
 * written through such an alias, which has no other use: `alias StoredX = vec4f; … var<storage, read> x: array<StoredX>;`
 * @throws GanvasError where the elements have no alias of their own
 */
export function storedAlias(
  name: string,
  source: string,
  binding: number,
  constants: Readonly<Record<string, number | string>>,
): { alias: string; type: string } {
  const declaration = new RegExp(
    `@binding\\(${binding}\\)\\s*var<storage,\\s*\\w+>\\s*(\\w+):\\s*array<(\\w+)>;`,
  ).exec(source);
  const [, variable, alias = ""] = declaration ?? [];
  if (!alias.startsWith("Stored"))
    throw new GanvasError(
      `shader ${name}: the elements of ${variable ?? `binding ${binding}`} have no alias Stored… of their own, which a tensor of type f16 needs`,
    );
  let type = alias;
  for (let known: string | undefined = alias; known !== undefined; ) {
    type = known;
    const declared = new RegExp(`^alias ${type}\\s*=\\s*(\\w+);`, "m").exec(source)?.[1];
    known = declared && String(constants[type] ?? declared);
  }
  return { alias, type };
}

/** A number in the notation that the declaration it replaces had: `4u`, `4`, `0.5` or a bool. */
function wgslNumber(value: number, like: string): string {
  if (/u32|\du;$/.test(like)) return `${value}u`;
  if (/f32|\.\d*f?;$/.test(like)) return Number.isInteger(value) ? `${value}.0` : `${value}`;
  if (/bool|^true|^false/.test(like)) return value ? "true" : "false";
  return `${value}`;
}

function endOfBlock(text: string, start: number): number {
  let depth = 0;
  for (let k = text.indexOf("{", start); k < text.length; k++) {
    if (text[k] === "{") depth++;
    if (text[k] === "}" && --depth === 0) return k + 1;
  }
  throw new GanvasError(`shader text ends inside a function`);
}

function unknownName(file: string, source: string, name: string): GanvasError {
  const names = [...source.matchAll(/^(?:const|alias|override|fn)\s+(\w+)/gm)].map((m) => m[1]);
  return new GanvasError(`shader ${file} declares no "${name}"; it declares ${names.join(", ")}`);
}

/** Workgroups in one dimension of a dispatch: the limit that every adapter has. */
export const MAX_WORKGROUPS = 65535;

/** Workgroups in x and y for a one-dimensional count, since a dimension ends at 65,535. The file folds them back. */
export function foldGrid(workgroups: number): [x: number, y: number, z: number] {
  if (workgroups <= MAX_WORKGROUPS) return [workgroups, 1, 1];
  const y = Math.ceil(workgroups / MAX_WORKGROUPS);
  return [Math.ceil(workgroups / y), y, 1];
}

/**
 * JSON on one line. It knows no infinities and no NaN; they become the strings "Infinity", "-Infinity" and "NaN", which
 * JavaScript's `Number` and Python's `float` read back, instead of turning into null silently.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" && !Number.isFinite(part) ? String(part) : part,
  );
}

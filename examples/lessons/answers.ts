/** What checks of exercises have in common: sentences for answers that are not right yet. */
import type { Tensor } from "../../engine/index.ts";
import type { Ganvas } from "./lesson.ts";

/** An answer that is not right yet; its message is a sentence for the reader. */
export class NotYet extends Error {}

/** What came, in a few words. */
function words(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null && "shape" in value)
    return `a tensor of shape [${String(value.shape)}]`;
  return typeof value === "string"
    ? `"${value}"`
    : typeof value === "function"
      ? "a function"
      : String(value);
}

export function expectThat(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new NotYet(sentence);
}

/** The answer as a number, also where it is a tensor of one. */
export async function numberOf(answer: unknown, ganvas: Ganvas): Promise<number> {
  const value = answer instanceof ganvas.Tensor && answer.size === 1 ? await answer.item() : answer;
  expectThat(
    typeof value === "number" && Number.isFinite(value),
    `\`answer\` should be a number; it is ${words(answer)}.`,
  );
  return value;
}

/** The answer as a tensor of this shape. */
export function tensorOf(answer: unknown, shape: readonly number[], ganvas: Ganvas): Tensor {
  expectThat(answer instanceof ganvas.Tensor, `\`answer\` should be a tensor; it is ${words(answer)}.`);
  expectThat(
    answer.shape.join() === shape.join(),
    `\`answer\` should have the shape [${shape}]; it has [${answer.shape}].`,
  );
  return answer;
}

/** The answer as a function. */
export function functionOf(answer: unknown): (...given: unknown[]) => unknown {
  expectThat(typeof answer === "function", `\`answer\` should be a function; it is ${words(answer)}.`);
  return answer as (...given: unknown[]) => unknown;
}

/** The largest difference of two tensors' numbers. */
export async function farthest(a: Tensor, b: Tensor): Promise<number> {
  return a.sub(b).abs().max().item();
}

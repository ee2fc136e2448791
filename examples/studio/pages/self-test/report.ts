/** The self-test's results in words. Pure functions, no DOM. */
import { adapterDetails } from "../../components/adapter-name.ts";
import type { CheckResult } from "../../engine-bridge.ts";
import type { Engine } from "../../engine-client.ts";

/** "All 388 checks passed.", "2 of 388 checks failed: conv2d 3x3, softmax." and what the engine does not support. */
export function summary(results: readonly CheckResult[]): string {
  const failed = results.filter(({ status }) => status === "failed");
  const missing = results.filter(({ status }) => status === "not supported").length;
  const tried = results.length - missing;
  const rest = missing === 0 ? "" : ` ${missing} more ${missing === 1 ? "is" : "are"} not supported yet.`;
  if (failed.length === 0) return `All ${tried} checks passed.${rest}`;
  const names = failed.slice(0, 5).map(({ name }) => name);
  const more = failed.length > names.length ? ` and ${failed.length - names.length} more` : "";
  return `${failed.length} of ${tried} checks failed: ${names.join(", ")}${more}.${rest}`;
}

/** "29 passed · worst error 41 % of the allowed" for the line of a family. */
export function familySummary(results: readonly CheckResult[]): string {
  const count = (status: CheckResult["status"]) =>
    results.filter((result) => result.status === status).length;
  const [passed, failed, missing] = [count("passed"), count("failed"), count("not supported")];
  const counts = [
    failed > 0 ? `${failed} failed` : "",
    passed > 0 ? `${passed} passed` : "",
    missing > 0 ? `${missing} not supported` : "",
  ].filter((part) => part !== "");
  const measured = results.filter(({ check }) => check !== undefined);
  const worst = formatShare(Math.max(...measured.map(worstShare)));
  return measured.length === 0
    ? counts.join(", ")
    : `${counts.join(", ")} · worst error ${worst} of the allowed`;
}

/** The largest of a check's errors as a share of the allowed error. */
function worstShare({ check }: CheckResult): number {
  return check === undefined ? 0 : Math.max(check.forward, check.gradient ?? 0, check.second ?? 0);
}

/** An error as a share of the allowed error: "3 %", "40 ×"; a dash where there is none to tell. */
export function formatShare(share: number | undefined): string {
  if (share === undefined) return "–";
  if (!Number.isFinite(share)) return "∞";
  if (share > 0 && share < 0.01) return "< 1 %";
  if (share < 10) return `${Math.round(100 * share)} %`;
  return `${share < 1e5 ? Math.round(share) : share.toExponential(0)} ×`;
}

/** The whole result as plain text, with what is needed to understand it elsewhere; what failed comes first. */
export function reportText(results: readonly CheckResult[], engine: Engine, userAgent: string): string {
  const details = adapterDetails(engine.connection.adapter, engine.runsIn);
  const rank = ({ status }: CheckResult) => ["failed", "not supported", "passed"].indexOf(status);
  const lines = [...results]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ family, name, status, check, error }) => {
      const shares = [check?.forward, check?.gradient, check?.second].map((share) =>
        formatShare(share).padStart(6),
      );
      return `${status.padEnd(13)}  ${shares.join(" ")}  ${family}: ${name}${error === undefined ? "" : ` (${error})`}`;
    });
  return [
    `ganvas self-test: ${summary(results)}`,
    `Browser: ${userAgent}`,
    ...details.map(([term, value]) => `${term}: ${value}`),
    "",
    "Errors of result, gradient and second-order gradient as shares of what float32 rounding may cause:",
    ...lines,
    "",
  ].join("\n");
}

/** Every kernel of a run with its numbers; a click on a column's heading sorts by it. */
import { button, element } from "../../components/dom.ts";
import type { KernelCost } from "../../engine-bridge.ts";
import { formatAmount, formatRate, formatTime } from "./measure.ts";

interface Column {
  readonly title: string;
  readonly value: (kernel: KernelCost, order: number) => number | string;
  readonly text: (kernel: KernelCost, order: number) => string;
  /** False for words. */
  readonly isNumber: boolean;
}

const rate = (amount: number, { milliseconds }: KernelCost) => (milliseconds > 0 ? amount / milliseconds : 0);

const COLUMNS: readonly Column[] = [
  { title: "#", value: (_, order) => order, text: (_, order) => `${order}`, isNumber: true },
  { title: "Kernel", value: (k) => k.name, text: (k) => k.name, isNumber: false },
  { title: "Layer", value: (k) => k.ownLayer, text: (k) => k.ownLayer || "–", isNumber: false },
  { title: "Pass", value: (k) => k.phase, text: (k) => k.phase, isNumber: false },
  { title: "Time", value: (k) => k.milliseconds, text: (k) => formatTime(k.milliseconds), isNumber: true },
  {
    title: "GFLOP/s",
    value: (k) => rate(k.flops, k),
    text: (k) => formatRate(k.flops, k.milliseconds),
    isNumber: true,
  },
  {
    title: "GB/s",
    value: (k) => rate(k.bytes, k),
    text: (k) => formatRate(k.bytes, k.milliseconds),
    isNumber: true,
  },
  { title: "Bytes", value: (k) => k.bytes, text: (k) => formatAmount(k.bytes, "bytes"), isNumber: true },
  { title: "Flop", value: (k) => k.flops, text: (k) => formatAmount(k.flops, "flops"), isNumber: true },
  { title: "Writes", value: (k) => k.shape.join("×"), text: (k) => k.shape.join("×"), isNumber: false },
];

/** What needs times of kernels. */
const TIMED = ["Time", "GFLOP/s", "GB/s"];

/** @param onSort told which order there is now, for screen readers */
export function kernelTable(
  kernels: readonly KernelCost[],
  timed: boolean,
  onSort: (message: string) => void,
): HTMLElement {
  const columns = COLUMNS.filter(({ title }) => timed || !TIMED.includes(title));
  const rows = kernels.map((kernel, k) => ({ kernel, order: k + 1, row: rowOf(columns, kernel, k + 1) }));
  const body = element("tbody", {});
  const headings = columns.map((column) => {
    const heading = element("th", { scope: "col", class: column.isNumber ? "number" : "" });
    heading.append(button({ class: "sort" }, () => sortBy(column, heading), column.title));
    return heading;
  });

  function sortBy(column: Column, heading: HTMLElement): void {
    // Numbers begin with the largest, words and the order of running with the first.
    const first = column.isNumber && column.title !== "#" ? "descending" : "ascending";
    const other = first === "descending" ? "ascending" : "descending";
    const direction = heading.getAttribute("aria-sort") === first ? other : first;
    for (const each of headings) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    const sorted = [...rows].sort((a, b) => {
      const [x, y] = [column.value(a.kernel, a.order), column.value(b.kernel, b.order)];
      return sign * (x < y ? -1 : x > y ? 1 : 0) || a.order - b.order;
    });
    body.replaceChildren(...sorted.map(({ row }) => row));
    onSort(`Sorted by ${column.title}, ${direction}.`);
  }

  const start = columns.findIndex(({ title }) => title === (timed ? "Time" : "Bytes"));
  sortBy(columns[start] as Column, headings[start] as HTMLElement);
  const table = element(
    "table",
    { class: "checks kernels" },
    element("caption", { class: "visually-hidden" }, "Kernels; the headings' buttons sort"),
    element("thead", {}, element("tr", {}, ...headings)),
    body,
  );
  return element(
    "div",
    { class: "table-holder", tabindex: 0, role: "region", "aria-label": "Kernels" },
    table,
  );
}

/** The kernel as the driver gets it. */
function showShader({ name, ops, layer, wgsl, flops, bytes }: KernelCost): void {
  const heading = element("h2", {}, name);
  const close = button({ class: "button quiet", "data-action": "close" }, () => dialog.close(), "Close");
  const dialog = element(
    "dialog",
    { class: "shader", "aria-label": `The shader of ${name}` },
    element("div", { class: "card-head" }, heading, close),
    element(
      "p",
      { class: "fine" },
      `${ops}${layer === "" ? "" : `, for ${layer}`}: ${formatAmount(flops, "flops")}, ${formatAmount(bytes, "bytes")}`,
    ),
    element("pre", { tabindex: 0, role: "region", "aria-label": "WGSL" }, element("code", {}, wgsl)),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function rowOf(columns: readonly Column[], kernel: KernelCost, order: number): HTMLTableRowElement {
  const cells = columns.map((column) => {
    const cell = element("td", { class: column.isNumber ? "number" : "" }, column.text(kernel, order));
    if (column.title === "Kernel")
      cell.replaceChildren(
        button({ class: "kernel-name", "aria-haspopup": "dialog" }, () => showShader(kernel), kernel.name),
        element("span", { class: "ops" }, kernel.ops),
      );
    if (column.title === "Pass") cell.dataset.phase = kernel.phase;
    return cell;
  });
  return element("tr", { title: kernel.layer }, ...cells);
}

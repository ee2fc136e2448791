/** Graphs as text: one line a box for people, and Graphviz's DOT for programs. */
import { showShape } from "../shape.ts";
import type { GraphBox, GraphView } from "./graph-view.ts";
import { showBytes, showCount, showFlops } from "./units.ts";

/** `412 ops`, or `96 kernels, 1.30 Gflop, 214 MiB`. */
export function graphTitle({ stage, boxes }: GraphView): string {
  const own = boxes.filter(({ kind }) => kind !== "input");
  const total = (of: "flops" | "bytes") => own.reduce((sum, box) => sum + (box[of] ?? 0), 0);
  const count = `${showCount(own.length)} ${own.length === 1 ? stage.slice(0, -1) : stage}`;
  return stage === "ops" ? count : `${count}, ${showFlops(total("flops"))}, ${showBytes(total("bytes"))}`;
}

/** Lines of a box below its title. */
export function boxLines({
  title,
  shape,
  dtype,
  ops,
  flops,
  bytes,
  reads,
  writes,
}: GraphBox): readonly string[] {
  return [
    ...(ops === undefined || ops === title ? [] : [ops]),
    `${dtype} ${showShape(shape)}`,
    ...(bytes === undefined ? [] : [`${showFlops(flops ?? 0)}, ${showBytes(bytes)}`]),
    ...reads,
    ...(writes.length > 0 ? [`writes ${writes.join(", ")}`] : []),
  ];
}

/** One line a box: its number, what it is, what it reads, what it makes, and the layers it is of. */
export function graphText(view: GraphView): string {
  const rows = view.boxes.map((box) => {
    const { id, title, ops, inputs, reads, writes, shape, dtype, flops, bytes, layers } = box;
    const read = [...inputs.map((input) => `#${input}`), ...reads].join(", ");
    const made = `${dtype} ${showShape(shape)}`;
    const given = `${read === "" ? "" : `(${read})`}${writes.length > 0 ? ` -> ${writes.join(", ")}` : ""}`;
    // What is longest comes last.
    if (ops === undefined) return [`#${id}`, title, made, layers.join(", "), given];
    const cost = [showFlops(flops ?? 0), showBytes(bytes ?? 0)];
    return [`#${id}`, title, made, ...cost, ops, layers.join(", "), given];
  });
  return [graphTitle(view), ...alignColumns(rows)].join("\n");
}

/** Columns of one width, as wide as most of their cells need; longer cells push the rest of their line. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, Math.min(cell.length, 40));
    });
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
}

/** Fill and outline of boxes by their kind. */
export const COLORS: Readonly<Record<GraphBox["kind"], { readonly fill: string; readonly line: string }>> = {
  input: { fill: "#ffffff", line: "#64748b" },
  pointwise: { fill: "#e0edff", line: "#3b74c9" },
  movement: { fill: "#eef0f3", line: "#8a94a3" },
  reduce: { fill: "#ffeccf", line: "#c07d16" },
  kernel: { fill: "#d9f2e0", line: "#2f8f53" },
  effect: { fill: "#ffdfe0", line: "#c5434a" },
};

/** The graph in Graphviz's language: `dot -Tsvg`. */
export function graphDot(view: GraphView): string {
  const quote = (text: string) =>
    `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  const boxes = view.boxes.map((box) => {
    const { fill, line } = COLORS[box.kind];
    const label = [box.title, ...boxLines(box), ...box.layers].join("\n");
    const style = box.kind === "input" ? "rounded,filled,dashed" : "rounded,filled";
    return `  n${box.id} [label=${quote(label)}, style=${quote(style)}, fillcolor=${quote(fill)}, color=${quote(line)}];`;
  });
  const arrows = view.boxes.flatMap(({ id, inputs }) => inputs.map((input) => `  n${input} -> n${id};`));
  return [
    "digraph ganvas {",
    `  label=${quote(graphTitle(view))}; labelloc=t; fontname="Helvetica";`,
    '  node [shape=box, fontname="Helvetica", fontsize=10, margin="0.12,0.06"];',
    '  edge [color="#64748b", arrowsize=0.6];',
    ...boxes,
    ...arrows,
    "}",
    "",
  ].join("\n");
}

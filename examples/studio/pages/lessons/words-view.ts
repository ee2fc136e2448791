/** The texts and formulas of lessons as elements. */
import type { Formula } from "../../../lessons/lesson.ts";
import { element } from "../../components/dom.ts";

/** `code`, **words that matter**, *slanted* and [links](#/train). */
const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)]+)\)/g;

export function rich(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const found of text.matchAll(MARKS)) {
    const [whole, code, strong, slanted, link, href] = found;
    parts.push(text.slice(end, found.index));
    if (code !== undefined) parts.push(element("code", {}, code));
    else if (strong !== undefined) parts.push(element("strong", {}, strong));
    else if (slanted !== undefined) parts.push(element("em", {}, slanted));
    else parts.push(element("a", { href: href ?? "" }, link ?? ""));
    end = found.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts;
}

const MATHML = "http://www.w3.org/1998/Math/MathML";

function mathElement(tag: string, ...children: Node[]): Element {
  const made = document.createElementNS(MATHML, tag);
  made.append(...children);
  return made;
}

/** A number, a name (letters, also with a mark), else a sign. */
function word(text: string): Element {
  const tag = /^[\d.,]+$/.test(text) ? "mn" : /^\p{L}/u.test(text) ? "mi" : "mo";
  const made = mathElement(tag, document.createTextNode(text));
  // Brackets around names are as high as the names.
  if ("()[]|".includes(text)) made.setAttribute("stretchy", "false");
  return made;
}

function nodesOf(formula: Formula): Node[] {
  if (typeof formula === "string") return formula.split(" ").filter(Boolean).map(word);
  const [tag, ...children] = formula as readonly [string, ...Formula[]];
  // Each child is one element, whatever it is made of; a row is made of all its children's.
  if (tag === "mrow") return [mathElement("mrow", ...children.flatMap(nodesOf))];
  return [
    mathElement(
      tag,
      ...children.map((child) => {
        const nodes = nodesOf(child);
        return nodes.length === 1 ? (nodes[0] as Node) : mathElement("mrow", ...nodes);
      }),
    ),
  ];
}

export function formulaView(formula: Formula, means: string): HTMLElement {
  const math = mathElement("math", ...nodesOf(formula));
  math.setAttribute("display", "block");
  return element(
    "figure",
    { class: "formula" },
    // Wide formulas move to the side on phones.
    element("div", { class: "formula-math", tabindex: 0, role: "group", "aria-label": "Formula" }, math),
    element("figcaption", {}, ...rich(means)),
  );
}

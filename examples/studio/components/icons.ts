/** The studio's line icons, drawn on a 24 × 24 grid in the colour of the text around them. */

const SVG = "http://www.w3.org/2000/svg";

const outlines = {
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  download: "M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14",
  sparkle: "M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8zM19 17v4M17 19h4",
  stop: "M7 7h10v10H7z",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  fit: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  play: "M8 5.5v13l10.5-6.5z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  handle: "M9.5 7 4.5 12l5 5M14.5 7l5 5-5 5",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof outlines;

/** A decorative icon: hidden from screen readers, so its button needs a text or an `aria-label`. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", outlines[name]);
  svg.append(path);
  return svg;
}

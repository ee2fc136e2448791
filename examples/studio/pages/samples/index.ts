/** Pages that draw from shipped weights. Which systems a page shows follows from the table of systems. */
import type { SystemEntry } from "../../lab/types.ts";
import { laterPage } from "../later-page.ts";
import type { Page } from "../page.ts";

/** What a page of samples is about. */
export interface SamplesPage {
  readonly route: string;
  readonly title: string;
  readonly heading: string;
  readonly lead: string;
  /** Said where no weights of any of its systems ship. */
  readonly missing: string;
  readonly wanted: (system: SystemEntry) => boolean;
}

const isPyramid = ({ stages }: SystemEntry): boolean => stages.length > 0;
/** Whether a system makes pictures of text, by its name. */
export const isTextSystem = (name: string): boolean => name.startsWith("text");
const isText = ({ name }: SystemEntry): boolean => isTextSystem(name);

const samplesPage = (of: SamplesPage): Page =>
  laterPage(of.route, of.title, async (host, studio) => {
    const { mountSamplesPage } = await import("./samples-page.ts");
    await mountSamplesPage(host, studio, of);
  });

export const digitsPage = samplesPage({
  route: "digits",
  title: "Digits",
  heading: "Pictures out of noise",
  lead: "A trained generator draws here, in this browser: each row a class, each column a noise, or a walk from one to another.",
  missing: "No weights of such a system ship with this copy.",
  wanted: (system) => system.samples && !isPyramid(system) && !isText(system),
});

export const pyramidPage = samplesPage({
  route: "pyramid",
  title: "Pyramid",
  heading: "Coarse to fine",
  lead: "A Laplacian pyramid of GANs begins with a few pixels; each level enlarges them and adds the residual that it has learned.",
  missing:
    "No weights of a pyramid ship yet: so far its samples were not good enough. It can be trained on the Train page, level by level, or in a terminal.",
  wanted: (system) => system.samples && isPyramid(system),
});

export const textPage = samplesPage({
  route: "text",
  title: "Text",
  heading: "Pictures of what you write",
  lead: "A sentence becomes a picture: a network that reads the text tells another one what to draw.",
  missing:
    "No weights of a text-to-image network ship yet. Until they do, this page has nothing to draw with.",
  wanted: (system) => system.samples && isText(system),
});

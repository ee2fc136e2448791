/** Pages that draw from weights. Which systems a page shows follows from the table of systems. */
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
  /** Tells which of two systems the page opens with: the smaller number. */
  readonly order?: (system: SystemEntry) => number;
}

const isPyramid = ({ told }: SystemEntry): boolean => told.includes("thumbnail");
const isText = ({ told }: SystemEntry): boolean => told.includes("texts");

const digits: SamplesPage = {
  route: "digits",
  title: "Digits",
  heading: "Pictures out of noise",
  lead: "A trained generator draws here, in this browser.",
  missing: "No weights of such a system ship with this copy.",
  wanted: (system) => system.samples && !isPyramid(system) && !isText(system),
  // What can be asked for a class shows more.
  order: ({ name }) => (name === "cgan" ? 0 : 1),
};

const pyramid: SamplesPage = {
  route: "pyramid",
  title: "Pyramid",
  heading: "Coarse to fine",
  lead: "A Laplacian pyramid of GANs begins with a few pixels, its own or those of your picture; each level enlarges them and adds the residual that it has learned.",
  missing:
    "No weights of a pyramid ship yet: so far its samples were not good enough. It can be trained on the Train page, level by level, or in a terminal; weights from there can be opened here, and then a picture of yours can be its coarsest level.",
  wanted: (system) => system.samples && isPyramid(system),
};

const text: SamplesPage = {
  route: "text",
  title: "Text",
  heading: "Pictures of what you write",
  lead: "A sentence becomes a picture: a network that reads the text tells another one what to draw.",
  missing:
    "No weights of a text-to-image network ship with this copy, so there is nothing to draw with. Weights that a training here or in a terminal has made can be opened.",
  wanted: (system) => system.samples && isText(system),
};

const samplesPage = (of: SamplesPage): Page =>
  laterPage(of.route, of.title, async (host, studio) => {
    const { mountSamplesPage } = await import("./samples-page.ts");
    await mountSamplesPage(host, studio, of);
  });

export const digitsPage = samplesPage(digits);
export const pyramidPage = samplesPage(pyramid);

export const textPage = laterPage(text.route, text.title, async (host, studio) => {
  const { mountTextPage } = await import("./text-page.ts");
  await mountTextPage(host, studio, text);
});

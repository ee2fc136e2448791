/** What a page of the studio is. To add one: a file in this folder, and a row in the list in `main.ts`. */
import type { Announcer } from "../components/announcer.ts";
import type { Engine } from "../engine-client.ts";

/** What every page is given. */
export interface Studio {
  readonly engine: Engine;
  readonly announcer: Announcer;
}

/** @typeParam Needs what it is given when it is first visited */
export interface Page<Needs = Studio> {
  /** The hash under which the page is found: "upscale" is `#/upscale`. */
  readonly route: string;
  /** The word in the navigation. */
  readonly title: string;
  /**
   * Fills `host` once, when the page is first visited. Later visits show the same elements again, so a result survives a
   * look at another page. `host.hidden` tells whether the page is on screen.
   */
  readonly mount: (host: HTMLElement, studio: Needs) => void;
}

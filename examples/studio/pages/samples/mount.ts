/** Opens a page that draws: with weights that ship, or where none do with those that the visitor has. */
import { Notice } from "../../components/announcer.ts";
import { element } from "../../components/dom.ts";
import { type LabClient, openLab } from "../../lab/client.ts";
import type { SystemEntry } from "../../lab/types.ts";
import { currentRoute, routeState } from "../../router.ts";
import type { Studio } from "../page.ts";
import type { SamplesPage } from "./index.ts";
import { type Choice, fileButton, nothing, pageHead, takeWeights, wordsOf } from "./parts.ts";

/** What a view of such a page is made of. */
export interface Drawing {
  readonly host: HTMLElement;
  readonly studio: Studio;
  readonly client: LabClient;
  readonly of: SamplesPage;
  /** Systems of the page. */
  readonly wanted: readonly SystemEntry[];
  /** Not empty; the first is the usual one. */
  readonly choices: readonly Choice[];
  /** What the address said when the page was opened. */
  readonly state: URLSearchParams;
}

export async function mountDrawing(
  host: HTMLElement,
  studio: Studio,
  of: SamplesPage,
  show: (drawing: Drawing) => void,
): Promise<void> {
  const client = await openLab(studio.engine.runsIn === "worker");
  const { order = () => 0 } = of;
  const wanted = client.systems.filter(of.wanted).sort((a, b) => order(a) - order(b));
  const shipped = wanted.flatMap((system) => system.shipped.map((model): Choice => ({ system, model })));
  const state = currentRoute() === of.route ? routeState() : new URLSearchParams();
  const open = (choices: readonly Choice[]) => show({ host, studio, client, of, wanted, choices, state });
  host.append(pageHead(of));
  if (shipped.length > 0) return open(shipped);
  const notice = new Notice();
  const take = async (file: File) => {
    try {
      const choice = await takeWeights(client, file, wanted);
      empty.remove();
      open([choice]);
    } catch (error) {
      notice.show("These weights cannot be used.", wordsOf(error));
    }
  };
  const own = fileButton(
    { action: "own-weights", accept: ".safetensors", words: "Open weights" },
    (file) => void take(file),
  );
  const empty = nothing(of, wanted[0], element("p", {}, ...own), notice.element);
  host.append(empty);
}

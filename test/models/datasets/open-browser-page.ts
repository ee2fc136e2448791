/** What the page of open.browser.test.ts can be asked. */
import { droppedFiles, openDataset } from "../../../models/datasets/open-browser.ts";
import type { OpenOptions } from "../../../models/datasets/options.ts";

/** Drops a file that the test's server gives, and returns all that came of it. */
async function openDropped(name: string, options: OpenOptions) {
  const bytes = await (await fetch(`data/${name}`)).arrayBuffer();
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  const { dataset, what, leftOut } = await openDataset(await droppedFiles(transfer), options);
  const pictures: number[][] = [];
  for (let k = 0; k < dataset.size; k++) pictures.push([...(await dataset.item(k)).picture]);
  return { what, leftOut, classes: dataset.classes, fingerprint: dataset.fingerprint, pictures };
}

declare global {
  var openDroppedFile: typeof openDropped;
}
globalThis.openDroppedFile = openDropped;

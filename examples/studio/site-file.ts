/** Files of the repository that lie beside the page, such as weights. */

/** On this channel threads tell the page which files they have read, so that those are kept for times without a network. */
export const FETCHED = "ganvas-fetched";

/** @param path from the repository's root @throws Error saying why it cannot be had */
export async function fetchFile(path: string): Promise<Uint8Array> {
  const response = await fetch(new URL(path, location.href));
  if (!response.ok)
    throw new Error(`${path} could not be loaded: ${response.status} ${response.statusText}`.trim());
  const bytes = new Uint8Array(await response.arrayBuffer());
  const channel = new BroadcastChannel(FETCHED);
  channel.postMessage(path);
  channel.close();
  return bytes;
}

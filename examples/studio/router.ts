/** Hash routes: `#/upscale` shows the page `upscale`. Works from any folder and any static server. */

/** The route in the address, or undefined where there is none. */
export function currentRoute(): string | undefined {
  const match = /^#\/([a-z0-9-]+)/.exec(location.hash);
  return match?.[1];
}

/** The link to a route. */
export function linkTo(route: string): string {
  return `#/${route}`;
}

/** What the address says beside the route: `#/train?system=toy&seed=3`. */
export function routeState(): URLSearchParams {
  const [, query = ""] = location.hash.split("?");
  return new URLSearchParams(query);
}

/** Writes what a page shows into the address, so that it can be copied; nothing while another page is on screen. */
export function writeRouteState(route: string, state: URLSearchParams): void {
  if (currentRoute() !== route) return;
  const query = state.toString();
  history.replaceState(null, "", linkTo(route) + (query === "" ? "" : `?${query}`));
}

/** Calls `onRoute` at every change of the address. */
export function followRoutes(onRoute: (route: string | undefined) => void): void {
  addEventListener("hashchange", () => onRoute(currentRoute()));
}

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

/** Calls `onRoute` at every change of the address. */
export function followRoutes(onRoute: (route: string | undefined) => void): void {
  addEventListener("hashchange", () => onRoute(currentRoute()));
}

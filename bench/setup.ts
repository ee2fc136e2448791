/** The set-up scripts, loaded from their files at run time: bundled along, the bundler's own script would rewrite itself. */
type Chrome = typeof import("../examples/setup/chrome.mjs");
type Bundle = typeof import("../examples/setup/bundle.mjs");
type Packages = typeof import("../examples/setup/packages.mjs");

const load = (name: string): Promise<unknown> =>
  import(new URL(`../examples/setup/${name}.mjs`, import.meta.url).href);

export const chromeSetup = () => load("chrome") as Promise<Chrome>;
export const bundleSetup = () => load("bundle") as Promise<Bundle>;
export const packagesSetup = () => load("packages") as Promise<Packages>;

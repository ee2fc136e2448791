/** What cells may import: doors of the package (see `exports` of package.json), loaded when a cell asks for them. */

const MODULES: Readonly<Record<string, () => Promise<unknown>>> = {
  ganvas: () => import("../../engine/index.ts"),
  "ganvas/tuning": () => import("../../engine/tuning.ts"),
  "ganvas/models/cgan/files": () => import("../../models/cgan/files.ts"),
  "ganvas/models/datasets/drawn-digits": () => import("../../models/datasets/drawn-digits.ts"),
  "ganvas/models/features/classifier": () => import("../../models/features/classifier.ts"),
  "ganvas/models/lapgan/pyramid": () => import("../../models/lapgan/pyramid.ts"),
  "ganvas/models/text2image/losses": () => import("../../models/text2image/losses.ts"),
  "ganvas/models/toy/distributions": () => import("../../models/toy/distributions.ts"),
  "ganvas/models/toy/divergences": () => import("../../models/toy/divergences.ts"),
  "ganvas/models/toy/fields": () => import("../../models/toy/fields.ts"),
  "ganvas/models/toy/networks": () => import("../../models/toy/networks.ts"),
  "ganvas/models/toy/points": () => import("../../models/toy/points.ts"),
  "ganvas/models/toy/scene": () => import("../../models/toy/scene.ts"),
};

/** @throws Error where cells cannot import it, naming what they can */
export function loadModule(path: string): Promise<unknown> {
  const load = MODULES[path];
  if (!load)
    throw new Error(`a cell cannot import "${path}"; it can import ${Object.keys(MODULES).join(", ")}`);
  return load();
}

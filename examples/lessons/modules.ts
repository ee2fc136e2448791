/** What cells may import: doors of the package (see `exports` of package.json), loaded when a cell asks for them. */

/** Together: they are small, and what they share is then one script of the page. */
const models = () => import("./model-doors.ts");

const MODULES: Readonly<Record<string, () => Promise<unknown>>> = {
  ganvas: () => import("../../engine/index.ts"),
  "ganvas/tuning": () => import("../../engine/tuning.ts"),
  "ganvas/models/cgan/files": async () => (await models()).cganFiles,
  "ganvas/models/datasets/drawn-digits": async () => (await models()).drawnDigits,
  "ganvas/models/features/classifier": async () => (await models()).classifier,
  "ganvas/models/lapgan/pyramid": async () => (await models()).pyramid,
  "ganvas/models/text2image/losses": async () => (await models()).losses,
  "ganvas/models/toy/distributions": async () => (await models()).distributions,
  "ganvas/models/toy/divergences": async () => (await models()).divergences,
  "ganvas/models/toy/fields": async () => (await models()).fields,
  "ganvas/models/toy/networks": async () => (await models()).networks,
  "ganvas/models/toy/points": async () => (await models()).points,
  "ganvas/models/toy/scene": async () => (await models()).scene,
};

/** @throws Error where cells cannot import it, naming what they can */
export function loadModule(path: string): Promise<unknown> {
  const load = MODULES[path];
  if (!load)
    throw new Error(`a cell cannot import "${path}"; it can import ${Object.keys(MODULES).join(", ")}`);
  return load();
}

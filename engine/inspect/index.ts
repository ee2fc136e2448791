/** Looking into things: graphs, profiles, numbers that are not finite. A door of its own: pages that only compute need not load it. */
export { arrayText } from "./array-text.ts";
export { chromeTrace, type TraceEvent } from "./chrome-trace.ts";
export { debugNonFinite } from "./debug-non-finite.ts";
export { graphSvg } from "./graph-svg.ts";
export { graphDot, graphText } from "./graph-text.ts";
export { type GraphBox, type GraphView, inspectGraph } from "./graph-view.ts";
export { comesFrom, type LayerBox, layerGraph } from "./layer-graph.ts";
export { type Cost, type LayerCost, layerCosts, layerOf, type Phase, phasesOf } from "./layer-costs.ts";
export {
  type ProfileKey,
  type ProfileRow,
  profileRows,
  profileSummary,
  profileTable,
} from "./profile-table.ts";
export { profile } from "./profile.ts";
export type { HostEvent, KernelRun, KernelWork, Profile } from "../gpu/profile.ts";

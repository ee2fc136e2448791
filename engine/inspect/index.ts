/** Looking into things: tensors, graphs, profiles. */
export { arrayText } from "./array-text.ts";
export { chromeTrace, type TraceEvent } from "./chrome-trace.ts";
export { describe, print, type TensorSummary } from "./describe.ts";
export { graphSvg } from "./graph-svg.ts";
export { graphDot, graphText } from "./graph-text.ts";
export { type GraphBox, type GraphView, inspectGraph } from "./graph-view.ts";
export { type Cost, type LayerCost, layerCosts, layerOf, type Phase, phasesOf } from "./layer-costs.ts";
export {
  type ProfileKey,
  type ProfileRow,
  profileRows,
  profileSummary,
  profileTable,
} from "./profile-table.ts";

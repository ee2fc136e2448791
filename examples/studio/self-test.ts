/** The engine's ops and what they have to agree with; loaded when the self-test is run, since few visitors ever run it. */
export { opCases } from "../../test/reference/cases.ts";
export { checkOps } from "../../test/reference/check.ts";
export { engineBackend } from "../../test/reference/engine.ts";

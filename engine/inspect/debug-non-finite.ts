/** The search for numbers that are not finite. */
import { finiteChecks } from "../graph/non-finite.ts";
import { runtime } from "../graph/runtime.ts";

/**
 * Switches the search for numbers that are not finite (NaN, infinite) on or off. While it is on, the first of them is told
 * by a `NonFiniteError` with its op, layer, shape, update, and the inputs of the op: thrown by the read that met it, or by
 * the next one. Every op then runs as a kernel of its own and its result is looked through, which takes more time
 * and memory; off, it costs nothing. Infinite numbers that are meant (a mask of -Infinity) are reported too.
 */
export const debugNonFinite = (on = true): void => runtime.checkFinite(on ? finiteChecks : undefined);

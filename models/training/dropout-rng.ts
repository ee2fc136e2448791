/** Random numbers of dropout layers. */
import { Rng } from "../../engine/index.ts";

/** What they are for, which tells them apart from all other numbers of the same seed, such as noise. */
const DROPOUT = 0x6a12;

/** The source that the dropout layers of a network, or of both of a game, share. */
export const dropoutRng = (seed: number): Rng => new Rng(seed, DROPOUT);

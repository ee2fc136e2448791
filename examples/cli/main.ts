/** The terminal's one entry. */
import { runProcess } from "./commands.ts";

await runProcess();

/** The terminal's entry with one more line in the table of systems. */
import { runProcess } from "../../examples/cli/commands.ts";
import { systems } from "../../models/systems.ts";
import { shift } from "../models/made-up-system.ts";

await runProcess({ ...systems, shift: async () => shift });

/** Runs the lab in a dedicated worker, so that the page stays alive while networks learn. */
import { expose } from "comlink";
import { WorkerLab } from "./lab.ts";

expose(new WorkerLab());

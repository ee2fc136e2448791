/** Profiles for the page that shows them: what can be looked at, and what each of its kernels and layers costs. */
import { warmUp } from "../../engine/index.ts";
import {
  chromeTrace,
  type LayerCost,
  layerCosts,
  type Phase,
  type Profile,
  profile,
} from "../../engine/inspect/index.ts";
import type { ModelEntry } from "../../models/system.ts";
import { forwardPass, type Subject, trainingStep } from "../../models/subjects.ts";
import type { SuperResolver } from "../../models/super-resolution/upscale.ts";
import type { CallOptions } from "./engine-calls.ts";
import { type KernelCost, kernelCosts } from "./kernel-costs.ts";

export type { KernelCost, LayerCost, Phase };

/** Something that can be profiled. */
export interface SubjectEntry {
  readonly id: string;
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  /** Sides of the input to choose from, in pixels; the first is the default. */
  readonly sides: readonly number[];
}

export interface ProfileReport {
  readonly title: string;
  /** False where the browser tells no times of kernels. */
  readonly timed: boolean;
  /** Milliseconds to which the browser rounds times, where it does so coarsely. */
  readonly grain: number | undefined;
  readonly runs: number;
  /** Milliseconds of a run on the wall. */
  readonly wall: number;
  readonly submits: number;
  /** Their times are means over the runs. */
  readonly kernels: readonly KernelCost[];
  readonly layers: readonly LayerCost[];
  /** The last run in the trace event format, which https://ui.perfetto.dev opens. */
  readonly trace: string;
}

const STEPS = [
  { preset: "tiny", size: "1 block of 8 channels", sides: [8, 16, 24] },
  { preset: "compact", size: "4 blocks of 32 channels", sides: [8, 16, 24] },
] as const;

/** The forward pass of each model, and training steps of small networks. */
export function subjectsOf(models: readonly ModelEntry[]): readonly SubjectEntry[] {
  const forward = models.map(({ name, title }) => ({
    id: `model:${name}`,
    title: `${title}, forward`,
    description: "Enlarging a square ×4, as on the upscale page.",
    sides: [32, 64, 96],
  }));
  const steps = STEPS.map(({ preset, size, sides }) => ({
    id: `step:${preset}`,
    title: `A training step, ${preset}`,
    description: `SRResNet with ${size}: forward, gradients, and the optimiser's update.`,
    sides,
  }));
  const game = {
    id: "srgan:tiny",
    title: "A step of SRGAN, tiny",
    description:
      "The updates of both networks, discriminator and generator, with the features of VGG19 as content.",
    sides: [8],
  };
  return [...forward, ...steps, game];
}

/** @throws InputError when there is no such subject */
export async function openSubject(
  id: string,
  side: number,
  model: (name: string) => Promise<SuperResolver>,
): Promise<Subject> {
  const [kind, name = ""] = id.split(":");
  if (kind === "model") return forwardPass(await model(name), side);
  return trainingStep(kind === "srgan" ? "srgan" : "srresnet", name, side);
}

/** Compiles the kernels, runs everything once more to warm up, and then `runs` times to measure. */
export async function profileSubject(
  subject: Subject,
  runs: number,
  { onProgress, signal }: CallOptions<"profile">,
): Promise<ProfileReport> {
  const total = runs + 1;
  await warmUp(
    () => subject.record().data(),
    (compiled, asked) => onProgress?.({ compiled, asked }),
  );
  const profiles: Profile[] = [];
  for (let done = 0; done < total; done++) {
    onProgress?.({ done, total });
    signal?.throwIfAborted();
    const watched = await profile(() => subject.record().data());
    if (done > 0) profiles.push(watched);
  }
  const mean = meanOf(profiles);
  return {
    title: subject.title,
    timed: mean.timed,
    grain: grainOf(profiles.flatMap(({ kernels }) => kernels.map(({ milliseconds }) => milliseconds))),
    runs,
    wall: mean.wall,
    submits: mean.host.filter(({ kind }) => kind === "submit").length,
    kernels: kernelCosts(mean),
    layers: layerCosts(mean),
    trace: JSON.stringify(chromeTrace(profiles.at(-1) as Profile)),
  };
}

/** The last of several runs of the same kernels, with mean times. */
function meanOf(profiles: readonly Profile[]): Profile {
  const last = profiles.at(-1) as Profile;
  const mean = (of: (run: Profile) => number) =>
    profiles.reduce((sum, run) => sum + of(run), 0) / profiles.length;
  const kernels = last.kernels.map((run, k) => ({
    ...run,
    milliseconds: mean(({ kernels: same }) => same[k]?.milliseconds ?? 0),
  }));
  return { ...last, kernels, wall: mean(({ wall }) => wall) };
}

/** Steps in which browsers count GPU time to keep it from telling too much: 0.1 ms, or the power of two of ns below. */
const GRAINS = [0.1, 2 ** 16 / 1e6];

function grainOf(times: readonly number[]): number | undefined {
  const known = times.filter((time) => time > 0);
  const isMultiple = (grain: number) => (time: number) =>
    Math.abs(time / grain - Math.round(time / grain)) < 1e-3;
  return known.length === 0 ? undefined : GRAINS.find((grain) => known.every(isMultiple(grain)));
}

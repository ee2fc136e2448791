/**
 * Every number and picture that the studio shows: where it is made, and the test that holds it to the engine's. `shown.test.ts`
 * fails where a file shows more than is listed here, and where a test that is named here is not there.
 */

export interface Quantity {
  /** As a visitor would call it. */
  readonly shows: string;
  /** In how many places of the file: 1. */
  readonly places?: number;
  /** A test's file below `test/`, and its name. */
  readonly check: readonly [file: string, name: string];
}

const TAKEN_APART = ["models/training/dissection.gpu.test.ts", "its parts give the measures"] as const;
const TRAINED = ["browser/lab.e2e.ts", "trains, is taken apart, and goes on after a reload"] as const;
const PROFILED = ["browser/models.e2e.ts", "profiles a training step"] as const;
const PROFILE_WORDS = ["examples/studio/measure.test.ts", "numbers of a profile in words"] as const;
const RAMP = [
  "browser/lessons.e2e.ts",
  "a lesson shows the numbers and pixels that its tensors have",
] as const;
const RECORDED = ["examples/lessons/lessons.gpu.test.ts", "cells run, and show what is recorded"] as const;
const UPSCALED = ["browser/studio.e2e.ts", "upscales the sample and shows time and adapter"] as const;
const DURATIONS = ["examples/studio/time-left.test.ts", "formats durations"] as const;
const SELF_TEST = ["examples/studio/words.test.ts", "formats shares of the allowed error"] as const;
const SCENE = ["models/toy/scene.gpu.test.ts", "its divergences and modes are those of the judge"] as const;
const OBSERVED = [
  "models/training/observation.gpu.test.ts",
  "outputs, gradients and weights are those of",
] as const;
const SEEN = ["models/training/observation.gpu.test.ts", "numbers on the page are the engine's"] as const;
const SHUFFLED = [
  "models/training/observation.gpu.test.ts",
  "channels are woven as the engine's pixel shuffle does",
] as const;
const INSPECTED = ["browser/inspect.e2e.ts", "layers are looked at while they learn"] as const;
const NUMBERS = ["examples/studio/measure.test.ts", "numbers of tensors"] as const;
const WRITTEN = ["browser/shown.e2e.ts", "draws what is written"] as const;

/** By files below `examples/studio`. */
export const SHOWN: Readonly<Record<string, readonly Quantity[]>> = {
  "components/adapter-name.ts": [
    {
      shows: "limits of the adapter",
      places: 2,
      check: ["examples/studio/words.test.ts", "lists only what is known"],
    },
  ],
  "components/image-canvas.ts": [{ shows: "an image", places: 2, check: WRITTEN }],
  "components/picture.ts": [
    {
      shows: "a photograph and what is made of it",
      places: 2,
      check: ["browser/shown.e2e.ts", "enlarges a photograph as the terminal does"],
    },
  ],
  "components/progress.ts": [
    { shows: "time since the beginning", check: DURATIONS },
    { shows: "time left", check: ["examples/studio/time-left.test.ts", "formats the time left"] },
  ],
  "components/tensor-view.ts": [
    { shows: "least and greatest value, for a screen reader", places: 2, check: RAMP },
    { shows: "least and greatest value", places: 2, check: RAMP },
    { shows: "a tensor's pixels", places: 2, check: RAMP },
    { shows: "length of the longest gradient", check: TAKEN_APART },
    { shows: "any number, short", places: 2, check: NUMBERS },
  ],
  "components/time-left.ts": [
    { shows: "a duration", check: DURATIONS },
    { shows: "hours left", check: ["examples/studio/time-left.test.ts", "formats the time left"] },
  ],
  "pages/inspect/channel-view.ts": [
    { shows: "ends of the scale of a batch norm's statistics", places: 2, check: SEEN },
    { shows: "running and batch statistics of a channel", check: SEEN },
  ],
  "pages/inspect/inspect-page.ts": [{ shows: "number of updates", check: INSPECTED }],
  "pages/inspect/kernel-view.ts": [
    { shows: "time of a layer's kernels, and of all", places: 2, check: PROFILED },
  ],
  "pages/inspect/look-view.ts": [
    { shows: "values of a layer: activation, weight, gradient", check: OBSERVED },
    { shows: "what pixel shuffle makes of a layer's channels", check: SHUFFLED },
    { shows: "least, greatest, mean and norm", places: 4, check: SEEN },
    { shows: "how many numbers, and how many of them are not finite", places: 2, check: SEEN },
  ],
  "pages/inspect/network-view.ts": [
    { shows: "parameters of a network", check: SEEN },
    { shows: "what each layer puts out, in small", check: OBSERVED },
  ],
  "pages/inspect/words.ts": [{ shows: "parameters of a layer", check: SEEN }],
  "pages/lessons/cell-view.ts": [{ shows: "how long a cell ran", check: RAMP }],
  "pages/lessons/lines-view.ts": [
    { shows: "first and last value of a curve", places: 2, check: RECORDED },
    { shows: "points of a curve", places: 2, check: RECORDED },
  ],
  "pages/lessons/output-view.ts": [
    { shows: "elements of a small tensor", check: RAMP },
    { shows: "a tensor as a picture", check: RAMP },
    { shows: "the plane of a toy GAN", check: SCENE },
  ],
  "pages/profile/index.ts": [
    { shows: "time of all kernels", check: PROFILED },
    { shows: "time on the wall", check: PROFILED },
    { shows: "arithmetic", check: PROFILED },
    { shows: "speed", check: PROFILED },
    { shows: "bytes read and written", check: PROFILED },
  ],
  "pages/profile/kernel-strip.ts": [
    { shows: "cost of a kernel, at its place in time", check: PROFILE_WORDS },
  ],
  "pages/profile/kernel-table.ts": [
    { shows: "time, bytes and flops of a kernel", places: 3, check: PROFILED },
    { shows: "rates of a kernel", places: 2, check: PROFILE_WORDS },
    { shows: "flops and bytes of a kernel, above its WGSL", places: 2, check: PROFILE_WORDS },
  ],
  "pages/profile/layer-bars.ts": [
    { shows: "cost of a phase", check: PROFILE_WORDS },
    { shows: "cost of a layer in a phase", check: PROFILE_WORDS },
    { shows: "cost of a layer", check: ["engine/inspect/profile.test.ts", "leave nothing out"] },
  ],
  "pages/profile/measure.ts": [{ shows: "a time, an amount", places: 3, check: PROFILE_WORDS }],
  "pages/samples/parts.ts": [{ shows: "how long drawing took", check: WRITTEN }],
  "pages/samples/text-page.ts": [{ shows: "pictures of a sentence", check: WRITTEN }],
  "pages/samples/samples-page.ts": [
    { shows: "samples", check: ["browser/shown.e2e.ts", "draws the digits that the engine draws"] },
    {
      shows: "levels of a pyramid",
      check: ["models/lapgan/sampler.gpu.test.ts", "keeps every level's low pass, band and image"],
    },
  ],
  "pages/self-test/family.ts": [{ shows: "error of an op, of what is allowed", check: SELF_TEST }],
  "pages/self-test/report.ts": [{ shows: "errors in a report", places: 3, check: SELF_TEST }],
  "pages/train/curves.ts": [
    { shows: "each measure of the newest update, or of that under the cursor", check: TRAINED },
    { shows: "numbers along the upright axis", check: NUMBERS },
  ],
  "pages/train/histogram.ts": [
    { shows: "D's mean answers to real, generated and wrong samples", check: TAKEN_APART },
    {
      shows: "edges of a bin",
      places: 2,
      check: ["examples/studio/histogram.test.ts", "each answer falls into one of"],
    },
  ],
  "pages/train/inside.ts": [
    { shows: "D's answers", check: TAKEN_APART },
    { shows: "gradient norms by layer", places: 2, check: TRAINED },
  ],
  "pages/train/layer-bars.ts": [{ shows: "length of a layer's gradient or step", check: TRAINED }],
  "pages/train/plane.ts": [{ shows: "the discriminator's field", check: SCENE }],
  "pages/train/slow-motion.ts": [
    { shows: "numbers of a sub-step", check: TRAINED },
    { shows: "where points are pulled", check: TAKEN_APART },
    { shows: "tensors of a sub-step", check: TAKEN_APART },
    { shows: "gradients and steps by layer", check: TAKEN_APART },
  ],
  "pages/train/timeline.ts": [
    { shows: "divergences, modes, and the plane", places: 5, check: SCENE },
    {
      shows: "the sheet of a run",
      check: ["browser/shown.e2e.ts", "draws the digits that the engine draws"],
    },
  ],
  "pages/train/train-page.ts": [{ shows: "pace and number of updates", places: 2, check: TRAINED }],
  "pages/upscale/index.ts": [
    {
      shows: "size of the photograph",
      check: ["examples/studio/rules.test.ts", "names and measures results"],
    },
    { shows: "time, for a screen reader", check: UPSCALED },
  ],
  "pages/upscale/photo-panel.ts": [
    {
      shows: "sizes before and after",
      places: 2,
      check: ["examples/studio/rules.test.ts", "names and measures results"],
    },
    { shows: "time, and time a megapixel", places: 2, check: UPSCALED },
  ],
};

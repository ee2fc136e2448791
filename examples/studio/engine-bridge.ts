/**
 * With `profiling.ts` and `self-test.ts` the only file of the studio that knows the engine and the models. Its calls run in the
 * worker, or on the page's thread where WebGPU is not offered to workers; everything else sees the types below and `EngineCalls`.
 */
import { imresize } from "../../engine/data/imresize.ts";
import { close, type DeviceInfo, init } from "../../engine/index.ts";
import { DeviceError } from "../../engine/errors.ts";
import { debugNonFinite } from "../../engine/inspect/index.ts";
import type { Image } from "../../engine/io/image.ts";
import { decodeImage } from "../../engine/io/image-browser.ts";
import { blendName, parseBlend } from "../../models/super-resolution/blend.ts";
import { compileTiles } from "../../models/super-resolution/enlarge.ts";
import { type InputKind, inputKind } from "../../models/super-resolution/input-kind.ts";
import {
  BLEND_ENDS,
  DEFAULT_MODELS,
  findShipped,
  superResolvers,
} from "../../models/super-resolution/shipped.ts";
import { loadSuperResolver, type SuperResolver } from "../../models/super-resolution/upscale.ts";
import type { ModelEntry } from "../../models/system.ts";
import type { CaseReport } from "../../test/reference/check.ts";
import type { CallName, CallOptions, EngineCalls, ModelChoice } from "./engine-calls.ts";
import {
  openSubject,
  type ProfileReport,
  profileSubject,
  type SubjectEntry,
  subjectsOf,
} from "./profiling.ts";
import { encode, enlarge, partOf } from "./results.ts";
import { fetchFile } from "./site-file.ts";
import { Turns } from "./turns.ts";

export type { Image, ModelEntry, ProfileReport };
export type { KernelCost, LayerCost, Phase } from "./profiling.ts";
/** The GPU, or its software stand-in, that the engine computes on. */
export type Adapter = DeviceInfo;
/** What one check of the self-test found; its errors are shares of the allowed error. */
export type CheckResult = CaseReport;

export interface Connection {
  readonly adapter: Adapter;
  readonly models: readonly ModelEntry[];
  /** The models that are taken where none is chosen, by what a photo looks like; of that name, where they are here. */
  readonly defaults: Readonly<Partial<Record<InputKind, ModelEntry>>>;
  /** The models that a blend lies between, where both are here. */
  readonly blend: { readonly from: ModelEntry; readonly to: ModelEntry } | undefined;
  /** What can be profiled. */
  readonly subjects: readonly SubjectEntry[];
}

type Handlers = {
  readonly [K in CallName]: (
    args: EngineCalls[K]["args"],
    options: CallOptions<K>,
  ) => Promise<EngineCalls[K]["result"]>;
};

const loaded = new Map<string, Promise<SuperResolver>>();

/**
 * Reads a network once, or makes a blend of two; a failure is forgotten, so that the next try reads again. Of blends only the
 * latest is kept: there are as many as places of the slider.
 */
function superResolver(choice: ModelChoice): Promise<SuperResolver> {
  const own = typeof choice === "object" && "weights" in choice ? choice.weights : undefined;
  const name = own ? ownName(own) : typeof choice === "string" ? choice : blendName((choice as Blend).blend);
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const loading = own ? fromFile(own) : loadSuperResolver(name, fetchOnce);
  if (parseBlend(name) !== undefined)
    for (const other of loaded.keys()) if (parseBlend(other) !== undefined) loaded.delete(other);
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

type Blend = Extract<ModelChoice, { readonly blend: number }>;

/** Two files of one name need not be the same. */
const ownName = ({ name, size, lastModified }: File): string => `./${name}:${size}:${lastModified}`;

const fromFile = (file: File): Promise<SuperResolver> =>
  loadSuperResolver(`./${file.name}`, async () => new Uint8Array(await file.arrayBuffer()));

const fetched = new Map<string, Promise<Uint8Array>>();

/** Files of weights are kept, since every blend is made of the same two. */
function fetchOnce(path: string): Promise<Uint8Array> {
  const known = fetched.get(path);
  if (known !== undefined) return known;
  const fetching = fetchFile(path);
  fetched.set(path, fetching);
  fetching.catch(() => fetched.delete(path));
  return fetching;
}

const handlers: Handlers = {
  async connect() {
    const [from, to] = BLEND_ENDS.map(findShipped);
    const blend = from && to && { from, to };
    const [clean, compressed] = [DEFAULT_MODELS.clean, DEFAULT_MODELS.compressed].map(findShipped);
    const defaults = { ...(clean && { clean }), ...(compressed && { compressed }) };
    const subjects = subjectsOf(superResolvers);
    return { adapter: await init(), models: superResolvers, defaults, blend, subjects };
  },

  async open([file, name]) {
    const image = await decodeImage(file, name);
    return { ...image, kind: inputKind(image, new Uint8Array(await file.arrayBuffer())) };
  },

  async network([weights]) {
    await init();
    const { scale } = await superResolver({ weights });
    return { scale };
  },

  async compile([size, choice]) {
    await init();
    await compileTiles(size, await superResolver(choice));
    return undefined;
  },

  async bicubic([image, { width, height }]) {
    const { data } = imresize(image, { width, height });
    return { width, height, channels: image.channels, data };
  },

  async upscale([image, choice, size, checked], options) {
    const model = await superResolver(choice);
    options.signal?.throwIfAborted();
    debugNonFinite(checked);
    try {
      return await enlarge(image, model, size, options);
    } finally {
      debugNonFinite(false);
    }
  },

  part: ([result, region]) => partOf(result, region),

  encode: ([result, wishes]) => encode(result, wishes),

  async profile([id, side], { onProgress, signal }) {
    const subject = await openSubject(id, side, superResolver);
    const runs = (await init()).software ? 2 : 10;
    return profileSubject(subject, runs, { onProgress, signal });
  },

  async selfTest(_, { onProgress, signal }) {
    const { checkOps, engineBackend, opCases } = await import("./self-test.ts");
    const total = Object.values(opCases).reduce((sum, cases) => sum + cases.length, 0);
    let done = 0;
    for await (const result of checkOps(opCases, engineBackend)) {
      done += 1;
      onProgress?.({ done, total, result });
      signal?.throwIfAborted();
    }
    return undefined;
  },
};

/** Calls that keep the GPU busy; a profile is of its own kernels only. */
const LONG: readonly CallName[] = ["upscale", "profile", "selfTest"];
const turns = new Turns();

/** Makes one of the calls here, on this thread. What was on a device that is lost is made anew by the next call. */
export async function engineCall<K extends CallName>(
  name: K,
  args: EngineCalls[K]["args"],
  options: CallOptions<K> = {},
): Promise<EngineCalls[K]["result"]> {
  const work = () => handlers[name](args, options);
  try {
    return await (LONG.includes(name) ? turns.take(work, options.signal) : work());
  } catch (error) {
    if (error instanceof DeviceError) {
      loaded.clear();
      await close();
    }
    throw error;
  }
}

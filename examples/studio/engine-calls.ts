/** What the page asks of the engine: the same calls whether the engine runs in a worker or on the page's own thread. */
import type { InputKind } from "../../models/super-resolution/input-kind.ts";
import type { Format, ResultSize } from "../../models/super-resolution/result-name.ts";
import type { CheckResult, Connection, Image, ProfileReport } from "./engine-bridge.ts";

/** Arguments, progress and result of each call. Everything here can be copied between threads. */
export interface EngineCalls {
  /** Opens the GPU. Throws where there is none. */
  connect: { args: []; progress: never; result: Connection };
  /** Decodes an image file, and tells what it looks like; the name is for messages. */
  open: { args: [file: Blob, name: string]; progress: never; result: OpenedImage };
  /** Reads a file of weights. @returns what is known of the network in it */
  network: { args: [weights: File]; progress: never; result: { readonly scale: number } };
  /** Compiles what a network needs for a picture of this size, ahead of the wish to upscale it. */
  compile: { args: [size: Size, model: ModelChoice]; progress: never; result: undefined };
  /** The picture enlarged by bicubic interpolation: what the network has to beat. */
  bicubic: { args: [image: Image, size: Size]; progress: never; result: Image };
  /** The picture enlarged by a network; `checked`, it is told where the first NaN or infinite number came from. */
  upscale: {
    args: [image: Image, model: ModelChoice, size: ResultSize | undefined, checked: boolean];
    progress: PartsDone | KernelsCompiled | TileMade;
    result: Enlarged;
  };
  /** A rectangle of a result. */
  part: {
    args: [result: Enlarged, region: Size & { readonly left: number; readonly top: number }];
    progress: never;
    result: Image;
  };
  /** A result as a file. @see `FileWishes` */
  encode: { args: [result: Enlarged, wishes: FileWishes]; progress: never; result: Blob };
  /** Runs a subject of that id on an input of `side` pixels a side, and tells what each kernel of it costs. */
  profile: {
    args: [subject: string, side: number];
    progress: PartsDone | KernelsCompiled;
    result: ProfileReport;
  };
  /** Checks every op against the float64 reference; each finished check is told as progress. */
  selfTest: { args: []; progress: ChecksDone; result: undefined };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A result, whose pixels the browser keeps where there is room, on the disk too: bytes row by row. */
export interface Enlarged extends Size {
  readonly channels: Image["channels"];
  readonly pixels: Blob;
}

/** Pixels, and which networks suit them. */
export type OpenedImage = Image & { readonly kind: InputKind };

/** A tile of what the network makes, `scale` times the photo, before it is brought to another size. */
export interface TileMade {
  readonly tile: { readonly x: number; readonly y: number; readonly scale: number; readonly image: Image };
}

export interface FileWishes {
  readonly format: Format;
  /** 1 to 100, of formats with losses. */
  readonly quality: number;
  /** The file from which EXIF and XMP are taken over. */
  readonly metadataOf?: Blob | undefined;
}

/** A model by its name; a blend, 0 is the connection's `blend.from`, 1 its `blend.to`; or a file of weights. */
export type ModelChoice = string | { readonly blend: number } | { readonly weights: File };

/** Tiles of a picture, or runs of a profile. */
export interface PartsDone {
  readonly done: number;
  readonly total: number;
}

export interface KernelsCompiled {
  readonly compiled: number;
  /** Asked for so far. */
  readonly asked: number;
}

export interface ChecksDone {
  readonly done: number;
  readonly total: number;
  readonly result: CheckResult;
}

export type CallName = keyof EngineCalls;

export interface CallOptions<K extends CallName> {
  readonly onProgress?: ((progress: EngineCalls[K]["progress"]) => void) | undefined;
  /** Ends the call: its promise is rejected with an `AbortError`. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes a call. Errors keep their name and message on their way from a worker. */
export type CallEngine = <K extends CallName>(
  name: K,
  args: EngineCalls[K]["args"],
  options?: CallOptions<K>,
) => Promise<EngineCalls[K]["result"]>;

/** From the page to the worker. */
export type EngineRequest =
  | {
      readonly [K in CallName]: {
        readonly id: number;
        readonly name: K;
        readonly args: EngineCalls[K]["args"];
      };
    }[CallName]
  | { readonly id: number; readonly name: "abort" };

/** From the worker to the page. */
export type EngineReply =
  | { readonly id: number; readonly kind: "progress"; readonly value: unknown }
  | { readonly id: number; readonly kind: "result"; readonly value: unknown }
  | { readonly id: number; readonly kind: "error"; readonly name: string; readonly message: string };

/** True for the error of a call that was ended by its signal. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

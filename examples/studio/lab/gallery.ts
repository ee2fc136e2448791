/** Weights that draw: those that ship, and those that a visitor has opened. */
import { DeviceError, InputError } from "../../../engine/errors.ts";
import { close, init, warmUp } from "../../../engine/index.ts";
import { openWeights } from "../../../engine/io/index.ts";
import { decodeImage } from "../../../engine/io/image-browser.ts";
import type { Sampler } from "../../../models/system.ts";
import { allSystems, findSystem, systemNamed } from "../../../models/systems.ts";
import { fetchFile } from "../site-file.ts";
import type { Turns } from "../turns.ts";
import type { Compiling, Lab, OpenedModel, Sampled, SamplesWish } from "./types.ts";

export class Gallery {
  private readonly turns: Turns;
  private readonly samplers = new Map<string, Promise<Sampler>>();
  /** Files that were opened in this visit. */
  private readonly own = new Map<string, File>();

  constructor(turns: Turns) {
    this.turns = turns;
  }

  async open(system: string, model: string): Promise<OpenedModel> {
    const { classes, told = [], examples = [] } = await this.sampler(system, model);
    return { classes, told, examples };
  }

  async take(file: File, systems: readonly string[]): ReturnType<Lab["take"]> {
    const { metadata } = openWeights(new Uint8Array(await file.arrayBuffer()), file.name);
    const name = systemNamed(metadata);
    const system = (await allSystems()).find((known) => known.name === name);
    if (!system)
      throw new InputError(
        `${file.name} does not say which system it is of: it was not made by a run of this project`,
      );
    if (!systems.includes(system.name))
      throw new InputError(
        `${file.name} holds weights of ${system.title}, with which this page does not draw`,
      );
    const key = `own: ${file.name}`;
    this.own.set(`${system.name}/${key}`, file);
    this.samplers.delete(`${system.name}/${key}`);
    await this.sampler(system.name, key);
    const model = { name: key, title: file.name, description: "Opened from a file.", file: "", card: "" };
    return { system: system.name, model };
  }

  async sample(
    { system, model, request, style, thumbnail }: SamplesWish,
    compiling: Compiling,
  ): Promise<Sampled> {
    const sampler = await this.sampler(system, model);
    const pictures = {
      ...(style && { styles: [await decodeImage(style, style.name)] }),
      ...(thumbnail && { thumbnail: await decodeImage(thumbnail, thumbnail.name) }),
    };
    try {
      return await this.turns.take(async () => {
        const begun = performance.now();
        let compiled = 0;
        const made = await warmUp(
          () => sampler.sample({ ...request, ...pictures }),
          (done, asked) => {
            compiled = done;
            compiling(done, asked);
          },
        );
        const { rows, labels = [], steps = new Map(), notes = [] } = made;
        return {
          ...{ rows, labels, notes },
          steps: [...steps].map(([name, image]) => ({ name, image })),
          milliseconds: performance.now() - begun,
          compiled,
        };
      });
    } catch (error) {
      // What was on a device that is lost is read anew by the next wish.
      if (error instanceof DeviceError) {
        this.samplers.clear();
        await close();
      }
      throw error;
    }
  }

  /** Read once; a failure is forgotten, so that the next try reads again. */
  private sampler(system: string, model: string): Promise<Sampler> {
    const key = `${system}/${model}`;
    const known = this.samplers.get(key);
    if (known) return known;
    const loading = this.load(system, model);
    this.samplers.set(key, loading);
    loading.catch(() => this.samplers.delete(key));
    return loading;
  }

  private async load(name: string, model: string): Promise<Sampler> {
    const system = await findSystem(name);
    const own = this.own.get(`${name}/${model}`);
    const entry = system.shipped.find((each) => each.name === model);
    if (!system.load || !(own || entry)) throw new Error(`${system.title} ships no weights named "${model}"`);
    await init();
    if (own) return system.load(new Uint8Array(await own.arrayBuffer()), own.name);
    const file = entry?.file as string;
    return system.load(await fetchFile(file), file);
  }
}

/** Choosing among the forms of one kernel, and how its threads are laid out. */
import type { Target, Tile, Tunable } from "../graph/node.ts";

/** Form of a kernel file: `NAME.FORM.wgsl`. All forms of a kernel compute the same numbers up to rounding. */
export type Form = Exclude<NonNullable<Target["form"]>, "winograd">;

/** How a product is cut up that is computed as such. */
export type Cut = Tile & { readonly form: Exclude<Form, "naive"> };

/** Width of the vectors a file reads or writes along an axis of `n` elements, and their WGSL type. */
export const vectorOf = (n: number): { width: 1 | 4; type: "f32" | "vec4f" } =>
  n % 4 === 0 ? { width: 4, type: "vec4f" } : { width: 1, type: "f32" };

/**
 * The fast form for this adapter. On software adapters a subgroup is one SIMD vector: sharing values inside it replaces
 * the gathers that are dear there. GPUs get register tiles.
 */
export function fastForm(target: Target): Form {
  const { form } = target;
  if (form && form !== "winograd" && (form !== "subgroup" || target.subgroupSize > 0)) return form;
  return target.software && target.subgroupSize > 0 && target.subgroupSize <= 16 ? "subgroup" : "tile";
}

/** The smallest power of two that covers `n` columns, at most `most`. */
export function lanesFor(n: number, most: number): number {
  let lanes = 1;
  while (lanes < most && lanes < n) lanes *= 2;
  return lanes;
}

/** Workgroups below which an adapter has idle cores; thread tiles, which are faster the larger they are, are then made smaller. */
export const FEW_TILES = 16;

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** Threads of a workgroup of the tiled forms. */
const THREADS = 64;

/** A matrix product in the wide sense, as far as cutting it up is concerned. */
export interface Product {
  /** Kernels that may want different tiles have different names. */
  readonly family: string;
  /** Of the result, in the vectors that threads compute. */
  readonly columns: number;
  readonly rows: number;
  /** Terms of each sum. */
  readonly depth: number;
  readonly batch?: number;
  /** Blocks that a thread can have in each form, the usual one first; by default those of rows in single elements. */
  readonly blocks?: { readonly tile: readonly number[]; readonly subgroup: readonly number[] };
  /** Rows of a thread in the form without arrays, where there is one and the sizes allow it. */
  readonly flat?: number | undefined;
  /** There is no form with subgroups. */
  readonly withoutSubgroups?: boolean;
}

const BLOCKS = { tile: [4, 2, 8], subgroup: [32, 16, 8] } as const;

/** Threads that share a tile. */
const threadsOf = ({ form }: Tile, target: Target): number =>
  form === "subgroup" ? target.subgroupSize : THREADS;

/** Threads of a tile one below the other. */
export const rowThreads = (tile: Tile, target: Target): number => threadsOf(tile, target) / tile.columns;

/** Tiles that cover the result. */
export const tilesOf = ({ columns, rows }: Product, tile: Tile, target: Target): number =>
  ceilDiv(columns, tile.columns) * ceilDiv(rows, tile.block * rowThreads(tile, target));

/**
 * Lanes from which on a subgroup of a software adapter is a whole vector of the processor. Below (SwiftShader) arrays cost more
 * than loads: a product of 512×512 matrices takes 1.4 s of CPU time with subgroups or tiles, 0.3 s with the flat form.
 */
const WIDE_SUBGROUP = 8;

/** The usual form of a product, where `form` is that of its family. */
function usualForm({ flat, withoutSubgroups }: Product, form: Form, target: Target): Cut["form"] {
  const narrow = target.software && target.subgroupSize < WIDE_SUBGROUP;
  if (flat && (form === "flat" || (narrow && !target.form))) return "flat";
  return form === "subgroup" && !withoutSubgroups ? "subgroup" : "tile";
}

/** Vectors of `a` that a lane of a subgroup holds at most: each is a gather, which costs lavapipe 30 ms to compile. */
const MOST_LOADS = 4;

/**
 * Multiply-adds of vectors, as a power of two, from which on a product is worth blocks of 32. Below, they save less than a
 * millisecond a run and cost lavapipe 40 ms more to compile.
 */
const LARGE_PRODUCT = 2 ** 23;

/** The tile that is used where none has been chosen by measurement. */
function usualTile(product: Product, family: Form, target: Target): Cut {
  const { columns, rows, depth, blocks, batch = 1 } = product;
  const form = usualForm(product, family, target);
  if (form !== "subgroup") {
    const block = form === "flat" ? product.flat : (blocks?.tile ?? BLOCKS.tile)[0];
    return { form, block: block as number, columns: lanesFor(columns, 16) };
  }
  const lanes = lanesFor(columns, target.subgroupSize);
  const [first] = blocks?.subgroup ?? [];
  if (first !== undefined) return { form, block: first, columns: lanes };
  const tiles = (block: number) => tilesOf(product, { form, block, columns: lanes }, target) * batch;
  const isLarge = columns * rows * depth * batch >= LARGE_PRODUCT;
  const most = Math.min(isLarge ? 32 : 16, lanes * MOST_LOADS);
  const block = [32, 16, 8].find((many) => many <= most && tiles(many) >= FEW_TILES) ?? Math.min(8, most);
  return { form, block: Math.max(block, lanes), columns: lanes };
}

const classOf = (n: number): number => Math.ceil(Math.log2(Math.max(n, 1)));

/** Names all products that share one choice. */
export const keyOf = ({ family, columns, rows, depth, batch = 1 }: Product): string =>
  [family, ...[columns, rows * batch, depth].map((n) => 2 ** classOf(n))].join(" ");

/** The tile for a product: as measured, where that is one of the candidates, else the usual one of this form. */
export function tileFor(product: Product, form: Form, target: Target): Cut {
  const chosen = target.form ? undefined : target.tiles?.get(keyOf(product));
  const candidates = chosen ? tunableProduct(product, form, target).tiles : [];
  return candidates.find((tile) => isSame(tile, chosen as Tile)) ?? usualTile(product, form, target);
}

const isSame = (a: Tile, b: Tile): boolean =>
  a.form === b.form && a.block === b.block && a.columns === b.columns;

/** What can be chosen for a product whose usual form is `form`. */
export function tunableProduct(product: Product, form: Form, target: Target) {
  const { columns, blocks = BLOCKS, withoutSubgroups } = product;
  const usual = usualTile(product, form, target);
  const tiles: Cut[] = [usual];
  const add = (tile: Cut) => {
    if (!tiles.some((known) => isSame(known, tile))) tiles.push(tile);
  };
  const addTiles = () => {
    if (product.flat)
      for (const most of [16, 8])
        add({ form: "flat", block: product.flat, columns: lanesFor(columns, most) });
    for (const most of [16, 8, 32])
      for (const block of blocks.tile) add({ form: "tile", block, columns: lanesFor(columns, most) });
  };
  const addSubgroups = () => {
    for (const most of [target.subgroupSize, target.subgroupSize / 2])
      for (const block of blocks.subgroup) {
        const across = lanesFor(columns, most);
        // Values are handed round among the lanes side by side, so these have to divide the block.
        if (product.blocks || block % across === 0) add({ form: "subgroup", block, columns: across });
      }
  };
  // The usual form first: time may not suffice for all.
  if (usual.form !== "subgroup") addTiles();
  if (target.subgroupSize > 1 && !withoutSubgroups) addSubgroups();
  addTiles();
  return { key: keyOf(product), tiles } satisfies Tunable;
}

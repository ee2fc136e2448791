/**
 * Places for the boxes of a directed graph without circles, in layers from top to bottom (Sugiyama, Tagawa and Toda 1981):
 * every arrow points down; an arrow over several layers is led through a bend in each of them; the order in a layer follows
 * the means of the neighbours, which leaves few crossings; then every item moves as close to its neighbours as its width allows.
 */

export interface LayoutBox {
  readonly width: number;
  readonly height: number;
  /** Positions in the list of the boxes that point here; each comes before this one. */
  readonly inputs: readonly number[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Centres. */
  readonly boxes: readonly { readonly x: number; readonly y: number }[];
  readonly arrows: readonly {
    readonly from: number;
    readonly to: number;
    /** From the lower edge of one box to the upper edge of the other. */
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

const GAP_X = 18;
const GAP_Y = 34;
const BEND = 8;
const SWEEPS = 12;

/** A box or a bend of an arrow. */
interface Item {
  readonly layer: number;
  readonly width: number;
  x: number;
  readonly above: Item[];
  readonly below: Item[];
}

export function layoutGraph(boxes: readonly LayoutBox[]): Layout {
  const layerOf = chooseLayers(boxes);
  const layers: Item[][] = [];
  const place = (layer: number, width: number): Item => {
    const item = { layer, width, x: 0, above: [], below: [] };
    layers[layer] ??= [];
    layers[layer].push(item);
    return item;
  };
  const items = boxes.map(({ width }, k) => place(layerOf[k] as number, width));
  const chains = boxes.flatMap(({ inputs }, to) =>
    inputs.map((from) => {
      const chain = [items[from] as Item];
      const end = items[to] as Item;
      for (let layer = (layerOf[from] as number) + 1; layer < end.layer; layer++)
        chain.push(place(layer, BEND));
      chain.push(end);
      for (let k = 1; k < chain.length; k++) {
        (chain[k] as Item).above.push(chain[k - 1] as Item);
        (chain[k - 1] as Item).below.push(chain[k] as Item);
      }
      return { from, to, chain };
    }),
  );
  arrange(layers);

  const heights = layers.map(() => 0);
  boxes.forEach(({ height }, k) => {
    const layer = layerOf[k] as number;
    heights[layer] = Math.max(heights[layer] as number, height);
  });
  const tops: number[] = [];
  let bottom = GAP_Y / 2;
  for (const height of heights) {
    tops.push(bottom);
    bottom += height + GAP_Y;
  }
  const middle = (layer: number) => (tops[layer] as number) + (heights[layer] as number) / 2;
  const all = layers.flat();
  const left = all.reduce((least, { x, width }) => Math.min(least, x - width / 2), 0) - GAP_X;
  const right = all.reduce((most, { x, width }) => Math.max(most, x + width / 2), 0) + GAP_X;
  const half = (k: number) => (boxes[k] as LayoutBox).height / 2;
  return {
    width: right - left,
    height: bottom - GAP_Y / 2,
    boxes: items.map(({ x, layer }) => ({ x: x - left, y: middle(layer) })),
    arrows: chains.map(({ from, to, chain }) => ({
      from,
      to,
      // Straight down through every layer, so that it only turns where there are no boxes.
      points: chain.flatMap(({ x, layer }, k) => {
        const [top, end] = [tops[layer] as number, (tops[layer] as number) + (heights[layer] as number)];
        const at = (y: number) => [x - left, y] as const;
        if (k === 0) return [at(middle(layer) + half(from)), at(end)];
        if (k === chain.length - 1) return [at(top), at(middle(layer) - half(to))];
        return [at(top), at(end)];
      }),
    })),
  };
}

/**
 * As high as its inputs allow; what nothing but parameters leads to (a scale that is prepared for one op) stands right above
 * its reader instead.
 */
function chooseLayers(boxes: readonly LayoutBox[]): number[] {
  const readers = boxes.map((): number[] => []);
  boxes.forEach(({ inputs }, k) => {
    for (const input of inputs) readers[input]?.push(k);
  });
  const layer: number[] = [];
  const isFree: boolean[] = [];
  boxes.forEach(({ inputs }, k) => {
    layer[k] = inputs.reduce((most, input) => Math.max(most, (layer[input] as number) + 1), 0);
    isFree[k] = readers[k]?.length === 1 && inputs.every((input) => isFree[input]);
  });
  for (let k = boxes.length - 1; k >= 0; k--) {
    const [reader] = readers[k] as number[];
    if (isFree[k] && reader !== undefined) layer[k] = (layer[reader] as number) - 1;
  }
  return layer;
}

const mean = (items: readonly Item[], fallback: number): number =>
  items.length === 0 ? fallback : items.reduce((sum, { x }) => sum + x, 0) / items.length;

/** Orders each layer and gives its items places, down and up in turns. */
function arrange(layers: readonly Item[][]): void {
  for (const layer of layers)
    settle(
      layer,
      layer.map((_, k) => k * (GAP_X + BEND)),
    );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const wanted = new Map(layer.map((item) => [item, mean(down ? item.above : item.below, item.x)]));
      // The last sweeps only straighten: the order stays.
      if (sweep < SWEEPS - 4) layer.sort((a, b) => (wanted.get(a) as number) - (wanted.get(b) as number));
      settle(
        layer,
        layer.map((item) => wanted.get(item) as number),
      );
    }
  }
}

/**
 * Moves the items of a layer, whose order is given, to the places nearest to those wanted (least squares) at which they do not
 * overlap: neighbours that want to pass each other are joined into a block that stands where its members want it on average.
 */
function settle(layer: readonly Item[], wanted: readonly number[]): void {
  const offsets: number[] = [];
  layer.forEach(({ width }, k) => {
    const before = layer[k - 1];
    offsets.push(before ? (offsets[k - 1] as number) + (before.width + width) / 2 + GAP_X : 0);
  });
  const blocks: { sum: number; count: number }[] = [];
  layer.forEach((_, k) => {
    let block = { sum: (wanted[k] as number) - (offsets[k] as number), count: 1 };
    for (
      let last = blocks.at(-1);
      last && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  });
  let k = 0;
  for (const { sum, count } of blocks)
    for (let member = 0; member < count; member++, k++)
      (layer[k] as Item).x = sum / count + (offsets[k] as number);
}

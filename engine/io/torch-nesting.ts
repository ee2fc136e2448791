/** Where in what a training script saved the state dict lies. */
import { FormatError } from "../errors.ts";
import { shorten, showValue } from "./show-value.ts";
import { TorchTensor, UnreadTensor } from "./torch-tensors.ts";

/** Where training scripts put a state dict, averaged weights first. */
const CUSTOMARY_KEYS = [
  "params_ema",
  "ema_state_dict",
  "state_dict_ema",
  "model_ema",
  "ema",
  "params",
  "state_dict",
  "model_state_dict",
  "model",
  "generator",
  "netG",
  "net",
];
const MAX_NESTING = 4;

type Dict = ReadonlyMap<unknown, unknown>;
export type StateDict = ReadonlyMap<string, TorchTensor | UnreadTensor>;

/**
 * The tensors of the state dict within what a file holds: under a customary key, else the dict's own, else those of the only
 * dict in it that has some.
 * @throws FormatError where there is none, or more than one
 */
export function findStateDict(root: unknown, file: string): StateDict {
  if (!(root instanceof Map))
    throw new FormatError(`${file}: holds no state dict (a dict of names and tensors)`);
  const found = new Search().within(root, MAX_NESTING);
  if (found) return found;
  const keys = [...root.keys()].slice(0, 8).map(keyName).join(", ");
  throw new FormatError(
    keys === ""
      ? `${file}: holds no state dict (a dict of names and tensors)`
      : `${file}: no single state dict in it; its keys are ${keys}`,
  );
}

const keyName = (key: unknown): string => (typeof key === "string" ? shorten(key) : showValue(key));

class Search {
  // Each dict is looked through once, however often it is referred to.
  private readonly known = new Map<Dict, StateDict>();

  private readonly searched = new Set<Dict>();

  within(dict: Dict, depth: number): StateDict | undefined {
    if (depth === 0 || this.searched.has(dict)) return undefined;
    this.searched.add(dict);
    for (const key of CUSTOMARY_KEYS) {
      const value = dict.get(key);
      const found = value instanceof Map && this.within(value, depth - 1);
      if (found) return found;
    }
    const own = this.tensorsOf(dict);
    if (own.size > 0) return own;
    const inner = new Set([...dict.values()].filter((value) => value instanceof Map));
    const full = [...inner].map((value) => this.tensorsOf(value)).filter(({ size }) => size > 0);
    return full.length === 1 ? full[0] : undefined;
  }

  private tensorsOf(dict: Dict): StateDict {
    const known = this.known.get(dict);
    if (known) return known;
    const tensors = new Map<string, TorchTensor | UnreadTensor>();
    for (const [key, value] of dict)
      if (typeof key === "string" && (value instanceof TorchTensor || value instanceof UnreadTensor))
        tensors.set(key, value);
    this.known.set(dict, tensors);
    return tensors;
  }
}

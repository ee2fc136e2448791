/** One update of a game taken apart: what each player was shown, answered and learned. All of it is the update itself, kept. */
import { grad, type LayerCall, type Module, Tensor } from "../../engine/index.ts";
import { Keeping } from "./observation.ts";

/** What one player does in an update. */
export interface Move {
  /** The generated samples that were judged, [n, ...]. */
  readonly samples: Tensor;
  readonly loss: Tensor;
  /**
   * The discriminator's answers as probabilities: to real and generated samples, and to real ones with wrong conditions where it is
   * shown some; or to generated ones only.
   */
  readonly answers: readonly Tensor[];
  /** Of the loss, with respect to the player's parameters in their order. */
  readonly gradients: readonly Tensor[];
}

export type Player = "discriminator" | "generator";
export const PLAYERS: readonly Player[] = ["discriminator", "generator"];

export interface Moves extends Readonly<Record<Player, Move>> {
  /** The real samples as the discriminator saw them. */
  readonly real: Tensor;
  /** What `Trainer.update` returns. */
  readonly measures: Tensor;
}

/** A move, with what can be asked about it. */
export interface KeptMove extends Omit<Move, "gradients"> {
  /** What the generator made its samples of: noise first. */
  readonly inputs: readonly Tensor[];
  /** Of the loss, with respect to each number of the samples. */
  readonly samplesGradient: Tensor;
  /** By the names of parameters. */
  readonly gradients: ReadonlyMap<string, Tensor>;
}

/** Everything is kept on the GPU until `dispose`. */
export interface Dissection extends Readonly<Record<Player, KeptMove>> {
  readonly real: Tensor;
  readonly measures: Tensor;
  dispose(): void;
}

/**
 * Keeps what an update has computed; to be called before it is flushed.
 * @param calls of layers, while the update was recorded
 */
export function dissectionOf(
  moves: Moves,
  networks: Readonly<Record<Player, Module>>,
  calls: readonly LayerCall[],
): Dissection {
  const keeping = new Keeping();
  const { keep } = keeping;
  const generated = calls.filter(({ layer }) => layer === "generator");
  const moveOf = (player: Player): KeptMove => {
    const { samples, loss, answers, gradients } = moves[player];
    const [slope] = grad(loss, [samples]) as [Tensor];
    const names = [...networks[player].parameters().keys()];
    return {
      samples: keep(samples),
      loss: keep(loss),
      answers: answers.map(keep),
      inputs: (generated[PLAYERS.indexOf(player)]?.inputs ?? []).filter((x) => x instanceof Tensor).map(keep),
      samplesGradient: keep(slope),
      gradients: new Map(names.map((name, k) => [name, keep(gradients[k] as Tensor)])),
    };
  };
  return {
    real: keep(moves.real),
    measures: moves.measures,
    discriminator: moveOf("discriminator"),
    generator: moveOf("generator"),
    dispose: () => keeping.dispose(),
  };
}

/** Length of all these gradients together, in double precision. */
export async function normOf(gradients: Iterable<Tensor>): Promise<number> {
  let squares = 0;
  for (const each of gradients) for (const x of await each.data()) squares += x * x;
  return Math.sqrt(squares);
}

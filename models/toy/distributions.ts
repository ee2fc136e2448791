/**
 * Distributions in the plane whose density is known exactly: what a toy GAN learns, and what it is compared with. Points are
 * drawn by counter, so that point k of a seed is the same whenever it is asked for.
 */
import { InputError } from "../../engine/errors.ts";
import { integer, normalPair, randomBits, uniform } from "../../engine/random.ts";

export type Point = readonly [x: number, y: number];

export interface Distribution {
  readonly name: string;
  /** Probability per unit of area at (x, y). */
  density(x: number, y: number): number;
  /** Point `index` of this seed; the same index of another `stream` is independent. */
  draw(seed: number, index: number, stream?: number): Point;
  /** Centres of its modes, where it consists of separate ones. */
  readonly modes: readonly Point[];
  /** Standard deviation of each mode, along each axis. */
  readonly deviation: number;
  /** Nearly all of it lies where |x| and |y| are below this. */
  readonly reach: number;
}

/** The purposes of the random numbers: which component, and where in it. */
const CHOICE = 0x7071;
const PLACE = 0x7072;

/** Gaussians of one deviation, all with the same weight. @throws InputError without centres or with a deviation that is not above 0 */
export function gaussians(name: string, centres: readonly Point[], deviation: number): Distribution {
  if (centres.length === 0) throw new InputError(`${name}: there are no points to learn`);
  if (!(deviation > 0)) throw new InputError(`${name}: the deviation must be above 0, got ${deviation}`);
  const scale = 1 / (2 * Math.PI * deviation ** 2 * centres.length);
  return {
    name,
    modes: centres,
    deviation,
    reach: Math.max(...centres.flat().map(Math.abs)) + 5 * deviation,
    density: (x, y) =>
      scale *
      centres.reduce(
        (sum, [u, v]) => sum + Math.exp(-((x - u) ** 2 + (y - v) ** 2) / (2 * deviation ** 2)),
        0,
      ),
    draw(seed, index, stream = 0) {
      const [which] = randomBits(seed, index, stream, 0, CHOICE);
      const [a, b] = randomBits(seed, index, stream, 0, PLACE);
      const [u, v] = centres[integer(which, centres.length)] as Point;
      const [dx, dy] = normalPair(a, b);
      return [u + deviation * dx, v + deviation * dy];
    },
  };
}

/**
 * Rings around the middle, all with the same weight: the angle is uniform, the radius normal. Rings must be narrow, so that no
 * radius falls below 0.
 */
export function rings(name: string, radii: readonly number[], deviation: number): Distribution {
  if (!(deviation > 0 && radii.length > 0 && radii.every((radius) => radius >= 6 * deviation)))
    throw new InputError(`${name}: every radius must be at least six times the deviation ${deviation}`);
  return {
    name,
    modes: [],
    deviation,
    reach: Math.max(...radii) + 5 * deviation,
    density(x, y) {
      const distance = Math.hypot(x, y);
      const along = (radius: number) => Math.exp(-((distance - radius) ** 2) / (2 * deviation ** 2));
      const sum = radii.reduce((total, radius) => total + along(radius), 0);
      return (
        sum / (radii.length * Math.sqrt(2 * Math.PI) * deviation * 2 * Math.PI * Math.max(distance, 1e-12))
      );
    },
    draw(seed, index, stream = 0) {
      const [which, turn] = randomBits(seed, index, stream, 0, CHOICE);
      const [a, b] = randomBits(seed, index, stream, 0, PLACE);
      const radius = (radii[integer(which, radii.length)] as number) + deviation * normalPair(a, b)[0];
      const angle = 2 * Math.PI * uniform(turn);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    },
  };
}

const grid = [-4, -2, 0, 2, 4];

/** The sets that a run is started on by name. */
export const DISTRIBUTIONS = {
  /** 25 Gaussians on a grid: the usual test of whether a GAN finds every mode (Srivastava et al. 2017, VEEGAN). */
  grid: gaussians(
    "grid",
    grid.flatMap((x) => grid.map((y): Point => [x, y])),
    0.05,
  ),
  /** Eight Gaussians on a circle (Metz et al. 2017, Unrolled GAN). */
  circle: gaussians(
    "circle",
    Array.from(
      { length: 8 },
      (_, k): Point => [2 * Math.cos((k * Math.PI) / 4), 2 * Math.sin((k * Math.PI) / 4)],
    ),
    0.1,
  ),
  /** Three wide Gaussians that overlap. */
  mixture: gaussians(
    "mixture",
    [
      [-1.5, -1],
      [1.5, -1],
      [0, 1.5],
    ],
    0.5,
  ),
  rings: rings("rings", [1, 2.5], 0.1),
} as const satisfies Readonly<Record<string, Distribution>>;

/** What somebody drew: a small Gaussian around each point. */
export const drawnPoints = (points: readonly Point[], deviation = 0.1): Distribution =>
  gaussians("drawn points", points, deviation);

/**
 * Digits drawn by a program: a set that is there at once, in every host, for pages and first tries. Each picture follows from its
 * number alone. Far from MNIST's variety; what is learned of it is a picture of how training goes, not a result.
 */
import { fillUniform } from "../../engine/random.ts";
import type { Dataset } from "./dataset.ts";
import { fingerprint } from "./fingerprint.ts";
import { DIGITS } from "./idx.ts";
import type { Split } from "./options.ts";

type Point = readonly [x: number, y: number];

/** Pixels along each side, as MNIST's. */
const SIDE = 28;
/** How many there are, and the number of the first, so that parts have no picture in common. */
const PARTS = { train: { size: 4000, first: 0 }, test: { size: 1000, first: 1_000_000 } } as const;
const SEED = 0xd161;
/** Random numbers of a picture. */
const NUMBERS = 48;
/** Points of a stroke from one of its corners to the next. */
const FINE = 5;

/** Corners of each digit's strokes in the unit square, y downwards; a stroke bends smoothly through them. */
const STROKES: readonly (readonly (readonly Point[])[])[] = [
  [
    [
      [0.5, 0.02],
      [0.2, 0.18],
      [0.14, 0.55],
      [0.3, 0.93],
      [0.6, 0.96],
      [0.84, 0.7],
      [0.84, 0.32],
      [0.62, 0.05],
      [0.5, 0.02],
    ],
  ],
  [
    [
      [0.3, 0.24],
      [0.54, 0.02],
      [0.54, 0.5],
      [0.54, 0.98],
    ],
  ],
  [
    [
      [0.16, 0.25],
      [0.36, 0.03],
      [0.7, 0.06],
      [0.8, 0.3],
      [0.56, 0.6],
      [0.14, 0.97],
    ],
    [
      [0.14, 0.97],
      [0.5, 0.95],
      [0.88, 0.97],
    ],
  ],
  [
    [
      [0.18, 0.12],
      [0.5, 0.01],
      [0.78, 0.2],
      [0.66, 0.42],
      [0.42, 0.47],
      [0.74, 0.55],
      [0.84, 0.76],
      [0.6, 0.97],
      [0.18, 0.9],
    ],
  ],
  [
    [
      [0.62, 0.02],
      [0.36, 0.36],
      [0.1, 0.66],
    ],
    [
      [0.1, 0.66],
      [0.5, 0.66],
      [0.92, 0.66],
    ],
    [
      [0.66, 0.34],
      [0.66, 0.66],
      [0.66, 0.98],
    ],
  ],
  [
    [
      [0.8, 0.04],
      [0.5, 0.04],
      [0.24, 0.04],
    ],
    [
      [0.24, 0.04],
      [0.2, 0.44],
      [0.5, 0.36],
      [0.82, 0.56],
      [0.74, 0.88],
      [0.42, 0.98],
      [0.14, 0.86],
    ],
  ],
  [
    [
      [0.7, 0.02],
      [0.38, 0.22],
      [0.18, 0.6],
      [0.3, 0.93],
      [0.6, 0.97],
      [0.82, 0.76],
      [0.66, 0.5],
      [0.38, 0.52],
      [0.2, 0.72],
    ],
  ],
  [
    [
      [0.12, 0.06],
      [0.5, 0.06],
      [0.88, 0.06],
    ],
    [
      [0.88, 0.06],
      [0.6, 0.46],
      [0.4, 0.98],
    ],
  ],
  [
    [
      [0.5, 0.46],
      [0.24, 0.28],
      [0.34, 0.05],
      [0.64, 0.05],
      [0.76, 0.28],
      [0.5, 0.46],
      [0.18, 0.7],
      [0.34, 0.96],
      [0.66, 0.96],
      [0.82, 0.7],
      [0.5, 0.46],
    ],
  ],
  [
    [
      [0.8, 0.28],
      [0.6, 0.48],
      [0.3, 0.44],
      [0.2, 0.2],
      [0.46, 0.02],
      [0.76, 0.1],
      [0.8, 0.28],
      [0.76, 0.62],
      [0.6, 0.98],
    ],
  ],
];

/** The part's digits, each class in turn. */
export function drawnDigits(split: Split = "train"): Dataset {
  const { size, first } = split === "test" ? PARTS.test : PARTS.train;
  const made = new Map<number, Uint8Array>();
  return {
    name: "drawn digits",
    size,
    shape: [SIDE, SIDE, 1],
    classes: DIGITS,
    fingerprint: fingerprint("drawn digits", size, first),
    item(index) {
      const label = index % DIGITS.length;
      const picture = made.get(index) ?? drawn(label, first + index);
      made.set(index, picture);
      return { picture, label };
    },
  };
}

/** White on black, [28 · 28]. */
function drawn(digit: number, index: number): Uint8Array {
  const dice = fillUniform(new Float32Array(NUMBERS), SEED, index, -1, 1);
  let next = 0;
  const within = (reach: number) => reach * (dice[next++ % NUMBERS] as number);
  const [turn, shear, width, height] = [within(0.16), within(0.22), 1 + within(0.16), 1 + within(0.1)];
  const [right, down, pen] = [within(1.2), within(1.2), 1.35 + within(0.45)];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const place = ([x, y]: Point): Point => {
    const [u, v] = [
      (x - 0.5 + within(0.035) - shear * (y - 0.5)) * 15 * width,
      (y - 0.5 + within(0.035)) * 19.5 * height,
    ];
    return [SIDE / 2 + right + cos * u - sin * v, SIDE / 2 + down + sin * u + cos * v];
  };
  const nearest = new Float32Array(SIDE * SIDE).fill(SIDE);
  for (const corners of STROKES[digit] ?? []) {
    const line = smooth(corners.map(place));
    for (const [k, end] of line.slice(1).entries()) approach(nearest, line[k] as Point, end, pen + 1);
  }
  return Uint8Array.from(nearest, (far) => Math.round(255 * Math.min(Math.max(pen + 0.5 - far, 0), 1)));
}

/** Notes how far pixels lie from a stretch; those farther than `reach` are left out. */
function approach(nearest: Float32Array, a: Point, b: Point, reach: number): void {
  const span = (axis: 0 | 1) =>
    [
      Math.max(Math.floor(Math.min(a[axis], b[axis]) - reach), 0),
      Math.min(Math.ceil(Math.max(a[axis], b[axis]) + reach), SIDE),
    ] as const;
  const [[left, right], [top, bottom]] = [span(0), span(1)];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const k = y * SIDE + x;
      nearest[k] = Math.min(nearest[k] as number, distance([x + 0.5, y + 0.5], a, b));
    }
}

/** A line through all corners, bent between them (Catmull and Rom 1974). */
function smooth(corners: readonly Point[]): Point[] {
  const at = (k: number) => corners[Math.min(Math.max(k, 0), corners.length - 1)] as Point;
  const steps = (corners.length - 1) * FINE;
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const k = Math.min(Math.floor(step / FINE), corners.length - 2);
    const t = step / FINE - k;
    const along = (axis: 0 | 1) => {
      const [a, b, c, d] = [at(k - 1)[axis], at(k)[axis], at(k + 1)[axis], at(k + 2)[axis]];
      return b + (t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))) / 2;
    };
    return [along(0), along(1)];
  });
}

/** From a point to the stretch between two others. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const share = ((x - ax) * dx + (y - ay) * dy) / Math.max(dx * dx + dy * dy, 1e-12);
  const t = Math.min(Math.max(share, 0), 1);
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accessOf,
  addressExpression,
  Index,
  isIdentity,
  simplify,
  type View,
  validExpression,
} from "../../../engine/graph/view.ts";
import { sizeOf } from "../../../engine/shape.ts";
import {
  chains,
  expandMove,
  type Grid,
  indexOf,
  type Move,
  padMove,
  permuteMove,
  reshapeMove,
  sliceMove,
  source,
} from "./moves.ts";

const count = (shape: readonly number[]): Grid => ({
  shape,
  data: Array.from({ length: sizeOf(shape) }, (_, e) => e + 1),
});

/** What reading `x` through these views gives. */
const read = (views: readonly View[], x: Grid, size: number): number[] =>
  Array.from({ length: size }, (_, e) => {
    const at = source(views, e);
    return at === undefined ? 0 : (x.data[at] as number);
  });

describe("each movement as a view", () => {
  const moves: readonly [readonly number[], Move][] = [
    [[2, 3, 4], permuteMove([2, 3, 4], [2, 0, 1])],
    [[2, 3, 4], permuteMove([2, 3, 4], [1, 2, 0])],
    [[1, 5, 1], expandMove([1, 5, 1], [3, 4, 5, 2])],
    [[], expandMove([], [2, 3])],
    [[5, 6], sliceMove([5, 6], [1, 0], [2, 3], [2, 2])],
    [[5, 6], sliceMove([5, 6], [4, 5], [-1, -1], [5, 6])],
    [[5, 6], sliceMove([5, 6], [3, 5], [-2, -3], [2, 2])],
    [[2, 3], padMove([2, 3], [1, 0], [0, 2])],
    [[3], padMove([3], [4], [5])],
    [[4, 1, 2], padMove([4, 1, 2], [0, 2, 0], [0, 0, 0])],
  ];
  test.each(moves.map(([shape, move]) => ({ name: `${move.name} of [${shape}]`, shape, move })))(
    "$name reads what the loops read",
    ({ shape, move }) => {
      const x = count(shape);
      const want = move.apply(x);
      expect(read([move.view as View], x, want.data.length)).toEqual(want.data);
      expect(move.view?.shape).toEqual(want.shape);
    },
  );
});

describe("chains of views", () => {
  test("an index reads what the movements, one after the other, would", () => {
    fc.assert(
      fc.property(chains, ({ shape, moves }) => {
        const x = count(shape);
        const want = moves.reduce((grid, move) => move.apply(grid), x);
        expect(read(indexOf(moves).views, x, want.data.length)).toEqual(want.data);
      }),
      { numRuns: 500 },
    );
  });

  test("simplify keeps the map and leaves no axis that could be dropped", () => {
    fc.assert(
      fc.property(chains, ({ moves }) => {
        for (const { view, shape } of moves) {
          if (!view) continue;
          const simple = simplify(view);
          const all = Array.from({ length: sizeOf(shape) }, (_, e) => e);
          expect(all.map((e) => source([simple], e))).toEqual(all.map((e) => source([view], e)));
          expect(simplify(simple)).toEqual(simple);
          simple.shape.forEach((n, axis) => {
            if (n === 1) expect(simple.mask?.[axis]).not.toEqual([0, 1]);
          });
        }
      }),
    );
  });

  test("isIdentity holds exactly where every element stays itself", () => {
    fc.assert(
      fc.property(chains, ({ moves }) => {
        for (const { view, shape } of moves) {
          if (!view) continue;
          const stays = Array.from({ length: sizeOf(shape) }, (_, e) => source([view], e) === e);
          expect(isIdentity(view)).toBe(stays.every(Boolean));
        }
      }),
    );
  });

  test("what undoes itself vanishes, and permutations of permutations are one view", () => {
    const there = permuteMove([2, 3, 4], [2, 0, 1]);
    const back = permuteMove([4, 2, 3], [1, 2, 0]);
    expect(indexOf([there, back]).views).toEqual([]);
    expect(indexOf([there, permuteMove([4, 2, 3], [0, 2, 1])]).views).toHaveLength(1);
  });

  test("three views become one where the last two have to be joined first", () => {
    const stretched = expandMove([1, 1, 3], [2, 4, 3, 3]);
    const turned = permuteMove([2, 4, 3, 3], [1, 2, 0, 3]);
    const again = permuteMove([4, 3, 2, 3], [1, 2, 0, 3]);
    expect(indexOf([stretched, turned, again]).views).toHaveLength(1);
  });

  test("a reshape between two views that run along rows is read through in one step", () => {
    // Pixel shuffle after a crop of whole images: the crop starts at a multiple of the rows.
    const crop = sliceMove([4, 6, 8], [1, 0, 0], [1, 1, 1], [2, 6, 8]);
    const rows = reshapeMove([2, 6, 2, 4]);
    const turned = permuteMove([2, 6, 2, 4], [0, 2, 1, 3]);
    expect(indexOf([crop, rows, turned]).views).toHaveLength(1);
  });

  test("equal maps have equal keys, different ones different keys", () => {
    const a = indexOf([permuteMove([2, 3, 4], [2, 0, 1])]);
    const b = indexOf([permuteMove([2, 3, 4], [2, 0, 1])]);
    const c = indexOf([permuteMove([2, 3, 4], [2, 1, 0])]);
    expect([a.key === b.key, a.key === c.key]).toEqual([true, false]);
    expect(Index.identity.key).toBe("");
  });
});

describe("how four neighbours lie", () => {
  test("what accessOf says is true of every group of four", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(chains, ({ shape, moves }) => {
        const size = sizeOf(moves.at(-1)?.shape ?? shape);
        if (size % 4 !== 0) return;
        const index = indexOf(moves);
        const access = accessOf(index);
        seen.add(access);
        if (access === "gather") return;
        // A view whose mask says no is not followed further, but its address is computed all the same.
        const views = index.views.map(({ mask: _, ...view }) => view);
        for (let e = 0; e < size; e += 4) {
          const at = [0, 1, 2, 3].map((lane) => source(views, e + lane) as number);
          const [first, second] = at as [number, number];
          const step = access === "splat" ? 0 : access === "contiguous" ? 1 : second - first;
          expect(at).toEqual([0, 1, 2, 3].map((lane) => first + lane * step));
          if (access === "contiguous") expect(Math.abs(first % 4)).toBe(0);
          if (access === "strided") expect(step).toBe(index.views[0]?.strides.at(-1));
        }
      }),
      { numRuns: 1000 },
    );
    expect([...seen].sort()).toEqual(["contiguous", "gather", "splat", "strided"]);
  });
});

describe("views as WGSL", () => {
  /** The expression as a JavaScript function of e, with unsigned arithmetic. */
  const compile = (expression: string): ((e: number) => number | boolean) => {
    const text = expression
      .replace(/\(e \/ (\d+)u\)/g, "Math.floor(e / $1)")
      .replace(/(\d+)u/g, "$1")
      .replace(/\bi32\(/g, "(")
      .replace(/\bu32\(/g, "unsigned(");
    return new Function("e", `const unsigned = (x) => x >>> 0; return ${text};`) as never;
  };

  test("addresses and conditions say what the view says", () => {
    fc.assert(
      fc.property(chains, ({ moves }) => {
        for (const { view, shape } of moves) {
          if (!view) continue;
          const { mask: _, ...unmasked } = view;
          const address = compile(addressExpression(view));
          const condition = validExpression(view);
          const valid = condition === undefined ? () => true : compile(condition);
          for (let e = 0; e < sizeOf(shape); e++) {
            expect(address(e)).toBe((source([unmasked], e) as number) >>> 0);
            expect(valid(e)).toBe(source([view], e) !== undefined);
          }
        }
      }),
    );
  });
});

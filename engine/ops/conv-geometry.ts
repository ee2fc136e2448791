/** The sizes that the three members of the convolution family share. */

/** Names of the options of convolutions, and of transposed ones. */
export const CONV_OPTIONS = ["stride", "padding", "dilation", "groups"] as const;
export const CONV_TRANSPOSE_OPTIONS = [...CONV_OPTIONS, "outputPadding"] as const;

/** Sizes of one convolution y = conv2d(x, w), shared by its gradients. */
export interface Geometry {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly I: number;
  readonly OH: number;
  readonly OW: number;
  readonly O: number;
  readonly KH: number;
  readonly KW: number;
  readonly SH: number;
  readonly SW: number;
  readonly PH: number;
  readonly PW: number;
  readonly DH: number;
  readonly DW: number;
  readonly GROUPS: number;
  /** The result is of type f16. */
  readonly HALF?: boolean;
}

/** Multiplications and additions of any member of the family. */
export const flopsOf = (g: Geometry): number => (2 * g.N * g.OH * g.OW * g.O * g.KH * g.KW * g.I) / g.GROUPS;

/** The names that all files of the family declare. */
export const constantsOf = (g: Geometry) => ({
  N: g.N,
  H: g.H,
  W: g.W,
  I: g.I,
  OH: g.OH,
  OW: g.OW,
  O: g.O,
  KH: g.KH,
  KW: g.KW,
  STRIDE_H: g.SH,
  STRIDE_W: g.SW,
  PAD_H: g.PH,
  PAD_W: g.PW,
  DILATION_H: g.DH,
  DILATION_W: g.DW,
});

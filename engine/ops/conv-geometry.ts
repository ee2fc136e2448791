/** The sizes that the three members of the convolution family share. */

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
}

// y[n, oh, ow, o] = sum over kh, kw, i of  x[n, oh*stride - pad + kh*dilation, .., i] * w[kh, kw, i, o]
const COLUMN_THREADS = 16u; // threads of a workgroup along output channels
const ROW_THREADS = 4u; // threads of a workgroup along output pixels
const PIXELS = 4u; // output pixels of one thread

const N = 1u;
const H = 8u;
const W = 8u;
const I = 4u;
const OH = 8u;
const OW = 8u;
const O = 32u;
const KH = 3u;
const KW = 3u;
const STRIDE_H = 1u;
const STRIDE_W = 1u;
const PAD_H = 1u;
const PAD_W = 1u;
const DILATION_H = 1u;
const DILATION_W = 1u;

alias In = vec4f; // f32 where I is not a multiple of 4
alias Out = vec4f; // f32 where O is not a multiple of 4
const IN_WIDTH = 4u;
const OUT_WIDTH = 4u;

@group(0) @binding(0) var<storage, read> x: array<In>;
@group(0) @binding(1) var<storage, read> w: array<Out>;
@group(0) @binding(2) var<storage, read_write> y: array<Out>;

fn epilogue(v: Out, i: u32) -> Out { return v; }

const M = N * OH * OW;
const COLUMNS = O / OUT_WIDTH;
const COLUMN_TILES = (COLUMNS + COLUMN_THREADS - 1u) / COLUMN_THREADS;
const TILE_PIXELS = PIXELS * ROW_THREADS;
const TILES = COLUMN_TILES * ((M + TILE_PIXELS - 1u) / TILE_PIXELS);

@compute @workgroup_size(COLUMN_THREADS, ROW_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let tile = group.x + group.y * groups.x;
  let column = (tile % COLUMN_TILES) * COLUMN_THREADS + thread.x;
  let pixel0 = (tile / COLUMN_TILES) * TILE_PIXELS + thread.y * PIXELS;
  if (tile >= TILES || column >= COLUMNS || pixel0 >= M) { return; }

  var image: array<u32, PIXELS>;
  var row: array<u32, PIXELS>;
  var col: array<u32, PIXELS>;
  for (var p = 0u; p < PIXELS; p++) {
    let m = min(pixel0 + p, M - 1u);
    image[p] = m / (OH * OW) * H;
    // Above the image the subtraction wraps to a huge number: one comparison tests both sides.
    row[p] = m / OW % OH * STRIDE_H - PAD_H;
    col[p] = m % OW * STRIDE_W - PAD_W;
  }

  var acc: array<Out, PIXELS>;
  for (var kh = 0u; kh < KH; kh++) {
    for (var kw = 0u; kw < KW; kw++) {
      var address: array<u32, PIXELS>;
      var inside: array<bool, PIXELS>;
      for (var p = 0u; p < PIXELS; p++) {
        let ih = row[p] + kh * DILATION_H;
        let iw = col[p] + kw * DILATION_W;
        inside[p] = ih < H && iw < W;
        address[p] = select(0u, ((image[p] + ih) * W + iw) * (I / IN_WIDTH), inside[p]);
      }
      var tap = (kh * KW + kw) * I * COLUMNS + column;
      for (var k = 0u; k < I / IN_WIDTH; k++) {
        var b: array<Out, IN_WIDTH>;
        for (var j = 0u; j < IN_WIDTH; j++) {
          b[j] = w[tap];
          tap += COLUMNS;
        }
        for (var p = 0u; p < PIXELS; p++) {
          let a = vec4f(select(In(), x[address[p] + k], inside[p]));
          for (var j = 0u; j < IN_WIDTH; j++) {
            acc[p] = fma(Out(a[j]), b[j], acc[p]);
          }
        }
      }
    }
  }

  for (var p = 0u; p < PIXELS; p++) {
    let m = pixel0 + p;
    if (m < M) {
      y[m * COLUMNS + column] = epilogue(acc[p], (m * COLUMNS + column) * OUT_WIDTH);
    }
  }
}

// @ts-nocheck the library is installed in a cache folder, where no types are looked for
// jax-js. Images are NCHW, weights [out, in, kh, kw], as its users write them. Every call consumes its arguments; `.ref`
// keeps one for later.
import { filling, serve } from "./harness.ts";
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
  vjp,
} from "@jax-js/jax";

if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js found no WebGPU");
defaultDevice("webgpu");

const array = (shape, scale) => np.array(filling(shape, scale)).reshape(shape);
const refs = (x) => tree.ref(x);
const computing = (f, inputs) => async () => {
  const results = f(...inputs.map(refs));
  await blockUntilReady(results);
  for (const leaf of tree.leaves(results)) leaf.dispose();
};
const withGradients = (f) =>
  jit((...args) => {
    const dy = args.pop();
    const [y, back] = vjp(f, args);
    const gradients = back(dy);
    back.dispose?.();
    return [y, ...gradients];
  });

const conv = (x, w, stride = 1, pad = 1) =>
  lax.convGeneralDilated(
    x,
    w,
    [stride, stride],
    [
      [pad, pad],
      [pad, pad],
    ],
  );
/** Transposed convolution 4×4 with stride 2 and padding 1; weights [out, in, kh, kw]. */
const deconv = (x, w) =>
  lax.convGeneralDilated(
    x,
    w,
    [1, 1],
    [
      [2, 2],
      [2, 2],
    ],
    { lhsDilation: [2, 2] },
  );
/** [c] against [n, c, h, w]. */
const perChannel = (v) => v.reshape([1, -1, 1, 1]);

function trainingNorm(x, gamma, beta) {
  const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
  const scale = np.reciprocal(np.sqrt(variance.add(1e-5)));
  return centred.mul(scale).mul(perChannel(gamma)).add(perChannel(beta));
}

const prelu = (x, slope) => np.where(np.greater(x.ref, 0), x.ref, x.mul(perChannel(slope)));

function pixelShuffle(x) {
  const [n, c, h, w] = x.shape;
  const split = x.reshape([n, c / 4, 2, 2, h, w]).transpose([0, 1, 4, 2, 5, 3]);
  return split.reshape([n, c / 4, 2 * h, 2 * w]);
}

function srresnetWeights() {
  const layer = (k, i, o) => ({ w: array([o, i, k, k], 2 / Math.sqrt(k * k * i)), b: np.zeros([o]) });
  const norm = () => ({ gamma: np.ones([64]), beta: np.zeros([64]) });
  const slope = () => np.full([64], 0.25);
  return {
    head: { conv: layer(9, 3, 64), slope: slope() },
    blocks: Array.from({ length: 16 }, () => ({
      conv1: layer(3, 64, 64),
      norm1: norm(),
      slope: slope(),
      conv2: layer(3, 64, 64),
      norm2: norm(),
    })),
    trunk: { conv: layer(3, 64, 64), norm: norm() },
    ups: [0, 1].map(() => ({ conv: layer(3, 64, 256), slope: slope() })),
    tail: layer(9, 64, 3),
  };
}

function srresnet(weights, x, training) {
  const convolve = (input, { w, b }, pad = 1) => conv(input, w, 1, pad).add(perChannel(b));
  // In inference the running statistics are folded into scale and shift.
  const normalise = (input, { gamma, beta }) =>
    training ? trainingNorm(input, gamma, beta) : input.mul(perChannel(gamma)).add(perChannel(beta));
  let h = prelu(convolve(x, weights.head.conv, 4), weights.head.slope);
  const first = h.ref;
  for (const block of weights.blocks) {
    const inner = prelu(normalise(convolve(h.ref, block.conv1), block.norm1), block.slope);
    h = h.add(normalise(convolve(inner, block.conv2), block.norm2));
  }
  h = normalise(convolve(h, weights.trunk.conv), weights.trunk.norm).add(first);
  for (const up of weights.ups) h = prelu(pixelShuffle(convolve(h, up.conv)), up.slope);
  return convolve(h, weights.tail, 4);
}

/** Adam over a tree of weights; one small program a weight, which compiles faster than one for all. */
function adam(rate, beta1) {
  const update = jit((p, g, m, v, step, correction) => {
    const first = m.mul(beta1).add(g.ref.mul(1 - beta1));
    const second = v.mul(0.999).add(np.square(g).mul(0.001));
    const moved = p.sub(first.ref.mul(step).div(np.sqrt(second.ref.mul(correction)).add(1e-8)));
    return [moved, first, second];
  });
  let moments;
  let steps = 0;
  return (weights, gradients) => {
    const [leaves, shape] = tree.flatten(weights);
    const [gradientLeaves] = tree.flatten(gradients);
    moments ??= leaves.map((p) => [np.zeros(p.shape), np.zeros(p.shape)]);
    steps++;
    const updated = leaves.map((p, k) =>
      update(
        p,
        gradientLeaves[k],
        ...moments[k],
        np.array(rate / (1 - beta1 ** steps)),
        np.array(1 / (1 - 0.999 ** steps)),
      ),
    );
    moments = updated.map(([, m, v]) => [m, v]);
    return tree.unflatten(
      shape,
      updated.map(([p]) => p),
    );
  };
}

/** log(1 + e^x), right for large |x|. */
const softplus = (x) => np.maximum(x.ref, 0).add(np.log(np.exp(np.absolute(x).mul(-1)).add(1)));
/** Mean binary cross entropy of logits against one target. */
const crossEntropy = (logits, target) =>
  target === 0 ? np.mean(softplus(logits)) : np.mean(softplus(logits.ref).sub(logits));

function dcganWeights() {
  const norm = (c) => ({ gamma: np.ones([c]), beta: np.zeros([c]) });
  return {
    g: {
      project: array([512, 100, 4, 4], 0.07),
      up: [512, 256, 128, 64].map((i, k) => ({
        norm: norm(i),
        w: array([[256, 128, 64, 3][k], i, 4, 4], 0.07),
      })),
    },
    d: {
      first: array([64, 3, 4, 4], 0.07),
      down: [64, 128, 256].map((i) => ({ w: array([2 * i, i, 4, 4], 0.07), norm: norm(2 * i) })),
      judge: array([1, 512, 4, 4], 0.07),
    },
  };
}

function generate({ project, up }, z) {
  let x = lax.convGeneralDilated(
    z.reshape([16, 100, 1, 1]),
    project,
    [1, 1],
    [
      [3, 3],
      [3, 3],
    ],
  );
  for (const { norm, w } of up) x = deconv(nn.relu(trainingNorm(x, norm.gamma, norm.beta)), w);
  return np.tanh(x);
}

/** SGD with momentum over a tree of weights. */
function momentum(rate, kept) {
  const update = jit((p, g, v) => {
    const velocity = v.mul(kept).add(g);
    return [p.sub(velocity.ref.mul(rate)), velocity];
  });
  let velocities;
  return (weights, gradients) => {
    const [leaves, shape] = tree.flatten(weights);
    const [gradientLeaves] = tree.flatten(gradients);
    velocities ??= leaves.map((p) => np.zeros(p.shape));
    const updated = leaves.map((p, k) => update(p, gradientLeaves[k], velocities[k]));
    velocities = updated.map(([, v]) => v);
    return tree.unflatten(
      shape,
      updated.map(([p]) => p),
    );
  };
}

/** Twos and zeros, as dropout of one half multiplies by. */
const mask = (shape) => np.array(filling(shape).map((v) => (v > 0 ? 2 : 0))).reshape(shape);
const linear = (x, { w, b }) => np.matmul(x, w).add(b);
const maxout = (x, weight, pieces) => {
  const h = linear(x, weight);
  const [n, size] = h.shape;
  return np.max(h.reshape([n, size / pieces, pieces]), 2);
};

/** The conditional GAN of Mirza and Osindero; dropout by masks that are given. */
const cgan = {
  weights() {
    const layer = (i, o, scale) => ({ w: array([i, o], scale), b: np.zeros([o]) });
    return {
      g: {
        fz: layer(100, 200, 0.1),
        fy: layer(10, 1000, 0.1),
        fh: layer(1200, 1200, 0.1),
        fo: layer(1200, 784, 0.1),
      },
      d: {
        mx: layer(784, 1200, 0.01),
        my: layer(10, 250, 0.01),
        mj: layer(290, 960, 0.01),
        judge: layer(240, 1, 0.01),
      },
    };
  },
  masks: () => ({ g: [mask([100, 1200]), mask([100, 1200])], d: [mask([100, 290]), mask([100, 240])] }),
  generate({ fz, fy, fh, fo }, z, y, [m1, m2]) {
    const seen = np.concatenate([nn.relu(linear(z, fz)), nn.relu(linear(y, fy))], 1);
    const h = nn.relu(linear(seen.mul(m1), fh));
    return nn.sigmoid(linear(h.mul(m2), fo));
  },
  discriminate({ mx, my, mj, judge }, x, y, [m1, m2]) {
    const seen = np.concatenate([maxout(x, mx, 5), maxout(y, my, 5)], 1);
    return linear(maxout(seen.mul(m1), mj, 4).mul(m2), judge);
  },
};

/** LAPGAN's level of 28 pixels; dropout by a mask that is given. */
const lapgan = {
  weights() {
    const layer = (k, i, o) => ({ w: array([o, i, k, k], 0.1), b: np.zeros([o]) });
    return {
      g: [layer(7, 4, 64), layer(7, 64, 64), layer(5, 64, 3)],
      d: { first: layer(5, 3, 64), second: layer(5, 64, 64), w: array([6400, 1], 0.1), b: np.zeros([1]) },
    };
  },
  masks: () => ({ g: [], d: [mask([16, 6400])] }),
  generate([a, b, c], z, low) {
    const convolve = (x, { w, b: bias }, pad) => conv(x, w, 1, pad).add(perChannel(bias));
    const x = nn.relu(convolve(np.concatenate([z, low], 1), a, 3));
    return convolve(nn.relu(convolve(x, b, 3)), c, 2);
  },
  discriminate({ first, second, w, b }, band, low, [m]) {
    const x = nn.relu(conv(band.add(low), first.w, 1, 0).add(perChannel(first.b)));
    const h = nn.relu(conv(x, second.w, 2, 0).add(perChannel(second.b)).reshape([16, 6400]));
    return np.matmul(h.mul(m), w).add(b);
  },
};

/** A step of either network, as the two papers train. */
function momentumStep(
  { weights: make, masks: makeMasks, generate: draw, discriminate: judge },
  rate,
  inputs,
) {
  const weights = make();
  const masks = makeMasks();
  const { real, noise, condition } = inputs;
  const generator = jit((g, z, y, m) => draw(g, z, y, m));
  const lossD = jit(
    valueAndGrad((d, x, fake, y, m) =>
      crossEntropy(judge(refs(d), x, y.ref, refs(m)), 1).add(crossEntropy(judge(d, fake, y, m), 0)),
    ),
  );
  const lossG = jit(
    valueAndGrad((g, d, z, y, m) => crossEntropy(judge(d, draw(g, z, y.ref, m.g), y, m.d), 1)),
  );
  const [updateD, updateG] = [momentum(rate, 0.5), momentum(rate, 0.5)];
  return async () => {
    const fake = generator(refs(weights.g), noise.ref, condition.ref, refs(masks.g));
    const [valueD, gradientsD] = lossD(refs(weights.d), real.ref, fake, condition.ref, refs(masks.d));
    valueD.dispose();
    weights.d = updateD(weights.d, gradientsD);
    const [valueG, gradientsG] = lossG(
      refs(weights.g),
      refs(weights.d),
      noise.ref,
      condition.ref,
      refs(masks),
    );
    weights.g = updateG(weights.g, gradientsG);
    await blockUntilReady(weights);
    return (await valueG.data())[0];
  };
}

const leakyRelu = (x) => np.where(np.greater(x.ref, 0), x.ref, x.mul(0.2));

function discriminate({ first, down, judge }, x) {
  let h = leakyRelu(conv(x, first, 2));
  for (const { w, norm } of down) h = leakyRelu(trainingNorm(conv(h, w, 2), norm.gamma, norm.beta));
  return conv(h, judge, 1, 0);
}

/** GAN-INT-CLS with the paper code's networks, half as wide as for birds, on embeddings of 1,024 numbers. */
const text2image = {
  weights() {
    const norm = (c) => ({ gamma: np.ones([c]), beta: np.zeros([c]) });
    const layer = (k, i, o) => ({ w: array([o, i, k, k], 0.07), norm: norm(o) });
    const bottleneck = (c) => [layer(1, c, c / 4), layer(3, c / 4, c / 4), layer(3, c / 4, c)];
    const text = () => ({ w: array([1024, 128], 0.05), b: np.zeros([128]) });
    return {
      g: {
        text: text(),
        project: layer(4, 228, 512),
        first: bottleneck(512),
        up: [layer(4, 512, 256), layer(4, 256, 128), layer(4, 128, 64)],
        second: bottleneck(256),
        last: array([3, 64, 4, 4], 0.07),
      },
      d: {
        first: array([64, 3, 4, 4], 0.07),
        down: [layer(4, 64, 128), layer(4, 128, 256), layer(4, 256, 512)],
        block: bottleneck(512),
        text: text(),
        joint: layer(1, 640, 512),
        judge: array([1, 512, 4, 4], 0.07),
      },
    };
  },
  normalise: (x, { gamma, beta }) => trainingNorm(x, gamma, beta),
  around([a, b, c], x, activation) {
    let h = activation(this.normalise(conv(x.ref, a.w, 1, 0), a.norm));
    h = activation(this.normalise(conv(h, b.w), b.norm));
    return this.normalise(conv(h, c.w), c.norm).add(x);
  },
  generate({ text, project, first, up, second, last }, z, told) {
    const [n] = z.shape;
    const both = np.concatenate([z, leakyRelu(linear(told, text))], 1).reshape([n, 228, 1, 1]);
    let x = this.normalise(conv(both, project.w, 1, 3), project.norm);
    x = nn.relu(this.around(first, x, nn.relu));
    for (const [k, { w, norm }] of up.entries()) {
      x = this.normalise(deconv(x, w), norm);
      if (k === 0) x = this.around(second, x, nn.relu);
      x = nn.relu(x);
    }
    return np.tanh(deconv(x, last));
  },
  discriminate({ first, down, block, text, joint, judge }, image, told) {
    const [n] = image.shape;
    let x = leakyRelu(conv(image, first, 2));
    for (const [k, { w, norm }] of down.entries()) {
      x = this.normalise(conv(x, w, 2), norm);
      if (k < 2) x = leakyRelu(x);
    }
    x = leakyRelu(this.around(block, x, leakyRelu));
    const phi = leakyRelu(linear(told, text)).reshape([n, 128, 1, 1]);
    x = np.concatenate([x, np.broadcastTo(phi, [n, 128, 4, 4])], 1);
    x = leakyRelu(this.normalise(conv(x, joint.w, 1, 0), joint.norm));
    return conv(x, judge, 1, 0);
  },
};

await serve({
  "matmul-512": async () => computing(np.matmul, [array([512, 512]), array([512, 512])]),
  "matmul-1024": async () => computing(np.matmul, [array([1024, 1024]), array([1024, 1024])]),
  conv3: async () =>
    computing(
      jit((x, w) => conv(x, w)),
      [array([1, 64, 64, 64]), array([64, 64, 3, 3], 0.1)],
    ),
  "conv3-fb": async () =>
    computing(
      withGradients((x, w) => conv(x, w)),
      [array([1, 64, 64, 64]), array([64, 64, 3, 3], 0.1), array([1, 64, 64, 64])],
    ),
  "conv4s2-fb": async () =>
    computing(
      withGradients((x, w) => conv(x, w, 2)),
      [array([16, 64, 32, 32]), array([128, 64, 4, 4], 0.1), array([16, 128, 16, 16])],
    ),
  deconv4s2: async () => computing(jit(deconv), [array([16, 128, 16, 16]), array([64, 128, 4, 4], 0.1)]),
  "deconv4s2-fb": async () =>
    computing(withGradients(deconv), [
      array([16, 128, 16, 16]),
      array([64, 128, 4, 4], 0.1),
      array([16, 64, 32, 32]),
    ]),
  "batchnorm-fb": async () =>
    computing(withGradients(trainingNorm), [
      array([16, 64, 32, 32]),
      np.ones([64]),
      np.zeros([64]),
      array([16, 64, 32, 32]),
    ]),
  srresnet: async () =>
    computing(
      jit((weights, x) => srresnet(weights, x, false)),
      [srresnetWeights(), array([1, 3, 32, 32])],
    ),
  "srresnet-step": async () => {
    let weights = srresnetWeights();
    const [x, y] = [array([4, 3, 24, 24]), array([4, 3, 96, 96])];
    const loss = jit(
      valueAndGrad((w, input, target) => np.mean(np.square(srresnet(w, input, true).sub(target)))),
    );
    const update = adam(1e-4, 0.9);
    return async () => {
      const [value, gradients] = loss(refs(weights), x.ref, y.ref);
      weights = update(weights, gradients);
      await blockUntilReady(weights);
      return (await value.data())[0];
    };
  },
  "dcgan-step": async () => {
    const weights = dcganWeights();
    const [real, z] = [array([16, 3, 64, 64]), array([16, 100])];
    const generator = jit((g, noise) => generate(g, noise));
    const lossD = jit(
      valueAndGrad((d, x, fake) =>
        crossEntropy(discriminate(refs(d), x), 1).add(crossEntropy(discriminate(d, fake), 0)),
      ),
    );
    const lossG = jit(valueAndGrad((g, d, noise) => crossEntropy(discriminate(d, generate(g, noise)), 1)));
    const [updateD, updateG] = [adam(2e-4, 0.5), adam(2e-4, 0.5)];
    return async () => {
      const fake = generator(refs(weights.g), z.ref);
      const [valueD, gradientsD] = lossD(refs(weights.d), real.ref, fake);
      valueD.dispose();
      weights.d = updateD(weights.d, gradientsD);
      const [valueG, gradientsG] = lossG(refs(weights.g), refs(weights.d), z.ref);
      weights.g = updateG(weights.g, gradientsG);
      await blockUntilReady(weights);
      return (await valueG.data())[0];
    };
  },
  "cgan-step": async () => {
    const oneHot = Float32Array.from({ length: 1000 }, (_, k) =>
      k % 10 === Math.floor(k / 10) % 10 ? 1 : 0,
    );
    return momentumStep(cgan, 0.1, {
      real: array([100, 784]).add(0.5),
      noise: array([100, 100]).add(0.5),
      condition: np.array(oneHot).reshape([100, 10]),
    });
  },
  "lapgan-step": async () =>
    momentumStep(lapgan, 0.02, {
      real: array([16, 3, 28, 28], 0.4),
      noise: array([16, 1, 28, 28], 2),
      condition: array([16, 3, 28, 28], 2),
    }),
  "text2image-step": async () => {
    const weights = text2image.weights();
    const [real, text, wrong] = [array([16, 3, 64, 64], 2), array([16, 1024], 2), array([16, 1024], 2)];
    const [z, more] = [array([16, 100], 2), array([24, 100], 2)];
    const rows = filling([16, 1024], 2);
    const halves = Float32Array.from({ length: 8 * 1024 }, (_, k) => (rows[k] + rows[k + 8 * 1024]) / 2);
    const asked = np.concatenate([text.ref, np.array(halves).reshape([8, 1024])], 0);
    const generator = jit((g, noise, told) => text2image.generate(g, noise, told));
    const judge = (d, image, told) => text2image.discriminate(d, image, told);
    const lossD = jit(
      valueAndGrad((d, x, fake, told, other) => {
        const ofWrong = crossEntropy(judge(refs(d), x.ref, other), 0);
        const ofFake = crossEntropy(judge(refs(d), fake, told.ref), 0);
        return crossEntropy(judge(d, x, told), 1).add(ofWrong.add(ofFake).mul(0.5));
      }),
    );
    const lossG = jit(
      valueAndGrad((g, d, noise, told) =>
        crossEntropy(judge(d, text2image.generate(g, noise, told.ref), told), 1),
      ),
    );
    const [updateD, updateG] = [adam(2e-4, 0.5), adam(2e-4, 0.5)];
    return async () => {
      const fake = generator(refs(weights.g), z.ref, text.ref);
      const [valueD, gradientsD] = lossD(refs(weights.d), real.ref, fake, text.ref, wrong.ref);
      valueD.dispose();
      weights.d = updateD(weights.d, gradientsD);
      const [valueG, gradientsG] = lossG(refs(weights.g), refs(weights.d), more.ref, asked.ref);
      weights.g = updateG(weights.g, gradientsG);
      await blockUntilReady(weights);
      return (await valueG.data())[0];
    };
  },
  "adds-1000": async () => {
    const [a, b] = [array([16]), array([16])];
    await blockUntilReady([a, b]);
    return async () => {
      let x = a.ref;
      for (let k = 0; k < 1000; k++) x = x.add(b.ref);
      await x.blockUntilReady();
      x.dispose();
    };
  },
});

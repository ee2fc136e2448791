// @ts-nocheck the library is installed in a cache folder, where no types are looked for
// TensorFlow.js with its WebGPU back end. Images are NHWC, weights [kh, kw, in, out].
import { filling, opened, serve } from "./harness.ts";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgpu";

// Otherwise small tensors are computed in JavaScript.
tf.env().set("WEBGPU_CPU_FORWARD", false);
await tf.setBackend("webgpu");
await tf.ready();

async function finish() {
  const backend = tf.backend();
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
  await opened.device.queue.onSubmittedWorkDone();
}

const tensor = (shape, scale) => tf.tensor(filling(shape, scale), shape);
const computing = (make) => async () => {
  const results = tf.tidy(make);
  await finish();
  tf.dispose(results);
};
const withGradients = (f, inputs, dy) => {
  const both = tf.valueAndGrads(f);
  return computing(() => {
    const { value, grads } = both(inputs, dy);
    return [value, ...grads];
  });
};

/** Trained variables, in order of creation. */
function weights() {
  const all = [];
  const add = (x) => {
    const variable = tf.variable(x);
    all.push(variable);
    return variable;
  };
  return {
    all,
    drawn: (shape, scale) => add(tensor(shape, scale)),
    filled: (shape, value) => add(tf.fill(shape, value)),
  };
}

function trainingNorm(x, gamma, beta) {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.batchNorm4d(x, mean, variance, beta, gamma, 1e-5);
}

function srresnet(training) {
  const { all, drawn, filled } = weights();
  const conv = (k, i, o) => ({ w: drawn([k, k, i, o], 2 / Math.sqrt(k * k * i)), b: filled([o], 0) });
  const norm = () => ({ gamma: filled([64], 1), beta: filled([64], 0), m: tf.zeros([64]), v: tf.ones([64]) });
  const slope = () => filled([64], 0.25);
  const head = { conv: conv(9, 3, 64), slope: slope() };
  const blocks = Array.from({ length: 16 }, () => ({
    conv1: conv(3, 64, 64),
    norm1: norm(),
    slope: slope(),
    conv2: conv(3, 64, 64),
    norm2: norm(),
  }));
  const trunk = { conv: conv(3, 64, 64), norm: norm() };
  const ups = [0, 1].map(() => ({ conv: conv(3, 64, 256), slope: slope() }));
  const tail = conv(9, 64, 3);

  const convolve = (x, { w, b }) => tf.add(tf.conv2d(x, w, 1, "same"), b);
  const normalise = (x, { gamma, beta, m, v }) =>
    training ? trainingNorm(x, gamma, beta) : tf.batchNorm4d(x, m, v, beta, gamma, 1e-5);
  // depthToSpace has no gradient in tfjs: training composes it.
  const shuffle = (x) => {
    if (!training) return tf.depthToSpace(x, 2, "NHWC");
    const [n, h, w, c] = x.shape;
    const split = tf.transpose(tf.reshape(x, [n, h, w, 2, 2, c / 4]), [0, 1, 3, 2, 4, 5]);
    return tf.reshape(split, [n, 2 * h, 2 * w, c / 4]);
  };
  const forward = (x) => {
    const first = tf.prelu(convolve(x, head.conv), head.slope);
    let h = first;
    for (const block of blocks) {
      const inner = tf.prelu(normalise(convolve(h, block.conv1), block.norm1), block.slope);
      h = tf.add(h, normalise(convolve(inner, block.conv2), block.norm2));
    }
    h = tf.add(normalise(convolve(h, trunk.conv), trunk.norm), first);
    for (const up of ups) h = tf.prelu(shuffle(convolve(h, up.conv)), up.slope);
    return convolve(h, tail);
  };
  return { all, forward };
}

function dcgan() {
  const g = weights();
  const d = weights();
  const normed = ({ filled }, c) => ({ gamma: filled([c], 1), beta: filled([c], 0) });
  const up = [512, 256, 128, 64].map((i, k) => {
    const o = [256, 128, 64, 3][k];
    return { norm: normed(g, i), w: g.drawn([4, 4, o, i], 0.07), o, size: 8 * 2 ** k };
  });
  const project = g.drawn([4, 4, 512, 100], 0.07);
  const down = [3, 64, 128, 256].map((i, k) => {
    const o = [64, 128, 256, 512][k];
    return { w: d.drawn([4, 4, i, o], 0.07), norm: k > 0 ? normed(d, o) : undefined };
  });
  const judge = d.drawn([4, 4, 512, 1], 0.07);
  const generate = (z) => {
    let x = tf.conv2dTranspose(tf.reshape(z, [16, 1, 1, 100]), project, [16, 4, 4, 512], 1, "valid");
    for (const { norm, w, o, size } of up) {
      const h = tf.relu(trainingNorm(x, norm.gamma, norm.beta));
      x = tf.conv2dTranspose(h, w, [16, size, size, o], 2, "same");
    }
    return tf.tanh(x);
  };
  const discriminate = (x) => {
    let h = x;
    for (const { w, norm } of down) {
      h = tf.conv2d(h, w, 2, "same");
      if (norm) h = trainingNorm(h, norm.gamma, norm.beta);
      h = tf.leakyRelu(h, 0.2);
    }
    return tf.conv2d(h, judge, 1, "valid");
  };
  return { g: g.all, d: d.all, generate, discriminate };
}

/** The conditional GAN of Mirza and Osindero on 100 digits; dropout by masks of twos and zeros that are given. */
function cgan() {
  const g = weights();
  const d = weights();
  const layer = ({ drawn, filled }, i, o, scale) => ({ w: drawn([i, o], scale), b: filled([o], 0) });
  const [fz, fy, fh, fo] = [
    [100, 200],
    [10, 1000],
    [1200, 1200],
    [1200, 784],
  ].map(([i, o]) => layer(g, i, o, 0.1));
  const [mx, my, mj, judge] = [
    [784, 1200],
    [10, 250],
    [290, 960],
    [240, 1],
  ].map(([i, o]) => layer(d, i, o, 0.01));
  const linear = (x, { w, b }) => tf.add(tf.matMul(x, w), b);
  const maxout = (x, weight, pieces) => {
    const h = linear(x, weight);
    return tf.max(tf.reshape(h, [100, h.shape[1] / pieces, pieces]), 2);
  };
  const mask = (units) => tf.mul(tf.greater(tensor([100, units]), 0), 2);
  const masks = [1200, 1200, 290, 240].map(mask);
  const generate = (z, y) => {
    const seen = tf.concat([tf.relu(linear(z, fz)), tf.relu(linear(y, fy))], 1);
    const h = tf.relu(linear(tf.mul(seen, masks[0]), fh));
    return tf.sigmoid(linear(tf.mul(h, masks[1]), fo));
  };
  const discriminate = (x, y) => {
    const seen = tf.concat([maxout(x, mx, 5), maxout(y, my, 5)], 1);
    return linear(tf.mul(maxout(tf.mul(seen, masks[2]), mj, 4), masks[3]), judge);
  };
  return { g: g.all, d: d.all, generate, discriminate };
}

/** LAPGAN's level of 28 pixels, 64 feature maps, on 16 pictures; dropout by a mask that is given. */
function lapgan() {
  const g = weights();
  const d = weights();
  const layer = ({ drawn, filled }, k, i, o) => ({ w: drawn([k, k, i, o], 0.1), b: filled([o], 0) });
  const up = [layer(g, 7, 4, 64), layer(g, 7, 64, 64), layer(g, 5, 64, 3)];
  const down = [layer(d, 5, 3, 64), layer(d, 5, 64, 64)];
  const judge = { w: d.drawn([6400, 1], 0.1), b: d.filled([1], 0) };
  const mask = tf.mul(tf.greater(tensor([16, 6400]), 0), 2);
  const convolve = (x, { w, b }, stride, padding) => tf.add(tf.conv2d(x, w, stride, padding), b);
  const generate = (z, low) => {
    let x = tf.concat([z, low], 3);
    x = tf.relu(convolve(x, up[0], 1, "same"));
    x = tf.relu(convolve(x, up[1], 1, "same"));
    return convolve(x, up[2], 1, "same");
  };
  const discriminate = (band, low) => {
    const x = tf.relu(convolve(tf.add(band, low), down[0], 1, "valid"));
    const h = tf.relu(tf.reshape(convolve(x, down[1], 2, "valid"), [16, 6400]));
    return tf.add(tf.matMul(tf.mul(h, mask), judge.w), judge.b);
  };
  return { g: g.all, d: d.all, generate, discriminate };
}

/** GAN-INT-CLS with the paper code's networks, half as wide as for birds, on 16 pictures and embeddings of 1,024 numbers. */
function text2image() {
  const g = weights();
  const d = weights();
  const leaky = (x) => tf.leakyRelu(x, 0.2);
  const normed = ({ filled }, c) => ({ gamma: filled([c], 1), beta: filled([c], 0) });
  const normalise = (x, { gamma, beta }) => trainingNorm(x, gamma, beta);
  const conv = (of, k, i, o) => ({ w: of.drawn([k, k, i, o], 0.07), norm: normed(of, o) });
  const bottleneck = (of, c) => [conv(of, 1, c, c / 4), conv(of, 3, c / 4, c / 4), conv(of, 3, c / 4, c)];
  const around = (x, layers, activation) => {
    let h = x;
    for (const [k, { w, norm }] of layers.entries()) {
      h = normalise(tf.conv2d(h, w, 1, "same"), norm);
      if (k < 2) h = activation(h);
    }
    return tf.add(h, x);
  };
  const textOf = (of) => ({ w: of.drawn([1024, 128], 0.05), b: of.filled([128], 0) });
  const read = (text, { w, b }) => leaky(tf.add(tf.matMul(text, w), b));
  const textG = textOf(g);
  const project = { w: g.drawn([4, 4, 512, 228], 0.07), norm: normed(g, 512) };
  const up = [512, 256, 128, 64].map((i, k) => {
    const o = [256, 128, 64, 3][k];
    return { w: g.drawn([4, 4, o, i], 0.07), norm: k < 3 ? normed(g, o) : undefined, o, size: 8 * 2 ** k };
  });
  const blocks = [bottleneck(g, 512), bottleneck(g, 256)];
  const down = [3, 64, 128, 256].map((i, k) => {
    const o = [64, 128, 256, 512][k];
    return k > 0 ? conv(d, 4, i, o) : { w: d.drawn([4, 4, i, o], 0.07) };
  });
  const block = bottleneck(d, 512);
  const textD = textOf(d);
  const joint = conv(d, 1, 640, 512);
  const judge = d.drawn([4, 4, 512, 1], 0.07);
  const generate = (z, text) => {
    const [n] = z.shape;
    const told = tf.reshape(tf.concat([z, read(text, textG)], 1), [n, 1, 1, 228]);
    let x = normalise(tf.conv2dTranspose(told, project.w, [n, 4, 4, 512], 1, "valid"), project.norm);
    x = tf.relu(around(x, blocks[0], tf.relu));
    for (const [k, { w, norm, o, size }] of up.entries()) {
      x = tf.conv2dTranspose(x, w, [n, size, size, o], 2, "same");
      if (norm) x = normalise(x, norm);
      if (k === 0) x = around(x, blocks[1], tf.relu);
      if (k < 3) x = tf.relu(x);
    }
    return tf.tanh(x);
  };
  const discriminate = (image, text) => {
    const [n] = image.shape;
    let x = image;
    for (const [k, { w, norm }] of down.entries()) {
      x = tf.conv2d(x, w, 2, "same");
      if (norm) x = normalise(x, norm);
      if (k < 3) x = leaky(x);
    }
    x = leaky(around(x, block, leaky));
    const told = tf.tile(tf.reshape(read(text, textD), [n, 1, 1, 128]), [1, 4, 4, 1]);
    x = leaky(normalise(tf.conv2d(tf.concat([x, told], 3), joint.w, 1, "same"), joint.norm));
    return tf.conv2d(x, judge, 1, "valid");
  };
  return { g: g.all, d: d.all, generate, discriminate };
}

/** A step of SGD with momentum for either network, as the two papers train. */
function momentumStep({ g, d, generate, discriminate }, rate, real, noise, condition) {
  const [forG, forD] = [tf.train.momentum(rate, 0.5), tf.train.momentum(rate, 0.5)];
  return async () => {
    const fake = tf.tidy(() => generate(noise, condition));
    const lossD = () =>
      tf.add(crossEntropy(discriminate(real, condition), 1), crossEntropy(discriminate(fake, condition), 0));
    forD.minimize(lossD, false, d);
    fake.dispose();
    const lossG = () => crossEntropy(discriminate(generate(noise, condition), condition), 1);
    const loss = forG.minimize(lossG, true, g);
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
}

/** Mean binary cross entropy of logits against one target. */
const crossEntropy = (logits, target) => tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, target)));

const DECONV = [[16, 32, 32, 64], 2, "same"];

await serve({
  "matmul-512": async () => {
    const [a, b] = [tensor([512, 512]), tensor([512, 512])];
    return computing(() => tf.matMul(a, b));
  },
  "matmul-1024": async () => {
    const [a, b] = [tensor([1024, 1024]), tensor([1024, 1024])];
    return computing(() => tf.matMul(a, b));
  },
  conv3: async () => {
    const [x, w] = [tensor([1, 64, 64, 64]), tensor([3, 3, 64, 64], 0.1)];
    return computing(() => tf.conv2d(x, w, 1, "same"));
  },
  "conv3-fb": async () => {
    const inputs = [tensor([1, 64, 64, 64]), tensor([3, 3, 64, 64], 0.1)];
    return withGradients((x, w) => tf.conv2d(x, w, 1, "same"), inputs, tensor([1, 64, 64, 64]));
  },
  "conv4s2-fb": async () => {
    const inputs = [tensor([16, 32, 32, 64]), tensor([4, 4, 64, 128], 0.1)];
    return withGradients((x, w) => tf.conv2d(x, w, 2, "same"), inputs, tensor([16, 16, 16, 128]));
  },
  deconv4s2: async () => {
    const [x, w] = [tensor([16, 16, 16, 128]), tensor([4, 4, 64, 128], 0.1)];
    return computing(() => tf.conv2dTranspose(x, w, ...DECONV));
  },
  "deconv4s2-fb": async () => {
    const inputs = [tensor([16, 16, 16, 128]), tensor([4, 4, 64, 128], 0.1)];
    return withGradients((x, w) => tf.conv2dTranspose(x, w, ...DECONV), inputs, tensor([16, 32, 32, 64]));
  },
  "batchnorm-fb": async () => {
    const inputs = [tensor([16, 32, 32, 64]), tf.ones([64]), tf.zeros([64])];
    return withGradients(trainingNorm, inputs, tensor([16, 32, 32, 64]));
  },
  srresnet: async () => {
    const { forward } = srresnet(false);
    const x = tensor([1, 32, 32, 3]);
    return computing(() => forward(x));
  },
  "srresnet-step": async () => {
    const { all, forward } = srresnet(true);
    const [x, y] = [tensor([4, 24, 24, 3]), tensor([4, 96, 96, 3])];
    const adam = tf.train.adam(1e-4);
    return async () => {
      const loss = adam.minimize(() => tf.losses.meanSquaredError(y, forward(x)), true, all);
      const [value] = await loss.data();
      loss.dispose();
      return value;
    };
  },
  "dcgan-step": async () => {
    const { g, d, generate, discriminate } = dcgan();
    const [real, z] = [tensor([16, 64, 64, 3]), tensor([16, 100])];
    const [adamG, adamD] = [tf.train.adam(2e-4, 0.5), tf.train.adam(2e-4, 0.5)];
    return async () => {
      const fake = tf.tidy(() => generate(z));
      const lossD = () => tf.add(crossEntropy(discriminate(real), 1), crossEntropy(discriminate(fake), 0));
      adamD.minimize(lossD, false, d);
      fake.dispose();
      const loss = adamG.minimize(() => crossEntropy(discriminate(generate(z)), 1), true, g);
      const [value] = await loss.data();
      loss.dispose();
      return value;
    };
  },
  "cgan-step": async () => {
    const classes = tf.oneHot(tf.range(0, 100, 1, "int32").mod(tf.scalar(10, "int32")), 10);
    const real = tf.add(tensor([100, 784]), 0.5);
    return momentumStep(cgan(), 0.1, real, tf.add(tensor([100, 100]), 0.5), tf.cast(classes, "float32"));
  },
  "lapgan-step": async () => {
    const [low, band] = [tensor([16, 28, 28, 3], 2), tensor([16, 28, 28, 3], 0.4)];
    return momentumStep(lapgan(), 0.02, band, tensor([16, 28, 28, 1], 2), low);
  },
  "text2image-step": async () => {
    const { g, d, generate, discriminate } = text2image();
    const [real, text, wrong] = [tensor([16, 64, 64, 3], 2), tensor([16, 1024], 2), tensor([16, 1024], 2)];
    const [z, more] = [tensor([16, 100], 2), tensor([24, 100], 2)];
    const [adamG, adamD] = [tf.train.adam(2e-4, 0.5), tf.train.adam(2e-4, 0.5)];
    const halves = tf.tidy(() =>
      tf.mul(tf.add(tf.slice(text, [0, 0], [8, 1024]), tf.slice(text, [8, 0])), 0.5),
    );
    const asked = tf.concat([text, halves], 0);
    return async () => {
      const fake = tf.tidy(() => generate(z, text));
      const lossD = () => {
        const [ofWrong, ofFake] = [discriminate(real, wrong), discriminate(fake, text)];
        const others = tf.add(crossEntropy(ofWrong, 0), crossEntropy(ofFake, 0));
        return tf.add(crossEntropy(discriminate(real, text), 1), tf.mul(others, 0.5));
      };
      adamD.minimize(lossD, false, d);
      fake.dispose();
      const loss = adamG.minimize(() => crossEntropy(discriminate(generate(more, asked), asked), 1), true, g);
      const [value] = await loss.data();
      loss.dispose();
      return value;
    };
  },
  "adds-1000": async () => {
    const [a, b] = [tensor([16]), tensor([16])];
    return computing(() => {
      let x = a;
      for (let k = 0; k < 1000; k++) x = tf.add(x, b);
      return x;
    });
  },
});

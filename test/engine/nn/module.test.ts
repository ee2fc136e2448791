/** What a network finds of its own layers and parameters. */
import { describe, expect, test } from "vitest";
import {
  BatchNorm,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  Initializer,
  Linear,
  Module,
  ones,
  Parameter,
  relu,
  Rng,
  Sequential,
  SGD,
  type Tensor,
} from "../../../engine/index.ts";

const init = new Initializer(1);
const linear = () => new Linear(2, 2, init, { bias: false });

class Net extends Module {
  readonly list = [linear(), [linear()]];
  readonly byName = { first: linear(), deep: { second: linear() } };
  readonly map = new Map<string, Module>([["third", linear()]]);
  readonly scale = new Parameter("scale", [2], [1, 2]);
  readonly drop = { layer: new Dropout(0.5, new Rng(1)) };
  readonly settings = { stride: 2, sizes: [1, 2, 3], name: "net", none: null };
}

describe("layers one after the other", () => {
  const net = new Sequential(linear(), relu, linear());
  test("have PyTorch's names", () => {
    expect([...net.parameters().keys()]).toEqual(["0.weight", "2.weight"]);
    expect(net.length).toBe(3);
  });
  test("give their results to the next", () => {
    expect(net.forward(ones([5, 2])).shape).toEqual([5, 2]);
    expect(new Sequential().forward(ones([3])).shape).toEqual([3]);
    expect(new Sequential((x) => x.reshape([6]), net as never).length).toBe(2);
  });
  test("are layers or functions", () => {
    expect(() => new Sequential(linear(), 3 as never)).toThrow(
      /^Sequential: step 1 should be a layer or a function, got 3$/,
    );
  });
});

describe("kernels of two sizes", () => {
  test("make images of two sizes", () => {
    const x = ones([1, 8, 8, 2]);
    const conv = new Conv2d(2, 4, [3, 5], init, { paddingMode: "reflect", padding: "same" });
    expect(conv.weight.shape).toEqual([3, 5, 2, 4]);
    expect(conv.forward(x).shape).toEqual([1, 8, 8, 4]);
    expect(new Conv2d(2, 4, [1, 3], init).forward(x).shape).toEqual([1, 8, 6, 4]);
    expect(new ConvTranspose2d(2, 4, [1, 3], init).forward(x).shape).toEqual([1, 8, 10, 4]);
    expect(() => new Conv2d(2, 4, [3, 0], init)).toThrow(
      /^Conv2d: kernel must be whole numbers from 1 on, got 3×0$/,
    );
  });
});

describe("layers and parameters", () => {
  test("are found in arrays, plain objects and Maps, and by themselves", () => {
    expect([...new Net().parameters().keys()]).toEqual([
      "list.0.weight",
      "list.1.0.weight",
      "byName.first.weight",
      "byName.deep.second.weight",
      "map.third.weight",
      "scale",
    ]);
  });
  test("a parameter that is no weight goes into files as it is", () => {
    const net = new Net();
    expect(net.fileShapes().get("scale")).toEqual([2]);
    expect(net.parameterCount).toBe(5 * 4 + 2);
  });
  test("change their mode wherever they are", () => {
    const net = new Net().eval();
    expect([net.training, net.drop.layer.training, net.map.get("third")?.training]).toEqual([
      false,
      false,
      false,
    ]);
    expect(net.train().drop.layer.training).toBe(true);
  });
  test("that are tied are trained once, and have both names in files", () => {
    class Tied extends Module {
      readonly encoder = linear();
      readonly decoder = this.encoder;
      readonly norm = new BatchNorm(2);
    }
    const net = new Tied();
    expect([...net.parameters().keys()]).toEqual(["encoder.weight", "norm.weight", "norm.bias"]);
    expect([...net.weights().keys()]).toContain("decoder.weight");
    expect(net.parameterCount).toBe(4 + 4);
    expect(new SGD(net.parameters()).parameters).toHaveLength(3);
  });
  test("that know what they belong to are visited once", () => {
    class Child extends Module {
      readonly parent: Module;
      readonly own = linear();
      constructor(parent: Module) {
        super();
        this.parent = parent;
      }
    }
    class Parent extends Module {
      readonly child = new Child(this);
    }
    expect([...new Parent().eval().parameters().keys()]).toEqual(["child.own.weight"]);
  });
  test("in a private field are told", () => {
    class Hidden extends Module {
      readonly #fc = linear();
      forward(x: Tensor): Tensor {
        return this.#fc.forward(x);
      }
    }
    class Outer extends Module {
      readonly inner = new Hidden();
    }
    for (const net of [new Hidden(), new Outer()])
      expect(() => net.parameters()).toThrow(
        /^Hidden: #fc is a layer in a private field, where its weights cannot be found; give the field a name without #$/,
      );
  });
});

/** The classifiers that come with the project. To ship another: its weights and its card in `weights/`, and a row below. */
import { CIFAR10_CLASSES } from "../datasets/cifar.ts";
import { DIGITS } from "../datasets/idx.ts";
import type { ModelEntry } from "../system.ts";

export interface ShippedClassifier extends ModelEntry {
  /** How distances in its features are named: frechet-…, kernel-…; never FID or KID, whose features are Inception's. */
  readonly features: string;
  /** Of the pictures that it knows. */
  readonly channels: 1 | 3;
  readonly classes: readonly string[];
}

export const shippedClassifiers: readonly ShippedClassifier[] = [
  {
    name: "mnist-classifier",
    title: "classifier of digits",
    description: "Names handwritten digits: 99.38 % of MNIST's test digits.",
    file: "models/weights/mnist-classifier.safetensors",
    card: "models/weights/mnist-classifier.md",
    features: "mnist-own",
    channels: 1,
    classes: DIGITS,
  },
  {
    name: "cifar10-classifier",
    title: "classifier of CIFAR-10",
    description:
      "Names the ten classes of CIFAR-10, trained on 3,400 pictures alone: 64 % of 600 held-out ones.",
    file: "models/weights/cifar10-classifier.safetensors",
    card: "models/weights/cifar10-classifier.md",
    features: "cifar10-own",
    channels: 3,
    classes: CIFAR10_CLASSES,
  },
  {
    name: "flowers-classifier",
    title: "classifier of flowers",
    description:
      "Names the five flowers of TensorFlow's flower_photos at 64×64 pixels: 77 % of 550 held-out pictures.",
    file: "models/weights/flowers-classifier.safetensors",
    card: "models/weights/flowers-classifier.md",
    features: "flowers-own",
    channels: 3,
    classes: ["daisy", "dandelion", "roses", "sunflowers", "tulips"],
  },
];

/** The one that was trained on pictures like these, where there is one. */
export function classifierOf(classes: readonly string[], channels: number): ShippedClassifier | undefined {
  return shippedClassifiers.find(
    (known) =>
      known.channels === channels &&
      known.classes.length === classes.length &&
      known.classes.every((name, k) => name === classes[k]),
  );
}

/**
 * Well-known sets of pictures: where they are published, how large they are, their hashes as published (by the authors, or
 * by torchvision and TensorFlow Datasets, which check them at each download), and their terms.
 */

/** A file as it is published. */
export interface PublishedFile {
  readonly name: string;
  /** Addresses of the same bytes: the authors' first, then mirrors. */
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly hash: Hash;
  /** Of the unpacked content, where the file is gzipped: a copy packed anew has another hash of its own. */
  readonly unpacked?: Hash;
}

export interface Hash {
  readonly kind: "md5" | "sha256";
  readonly hex: string;
}

export interface PublishedSet {
  /** As given to commands. */
  readonly name: string;
  readonly title: string;
  /** What is in it, in a few words. */
  readonly holds: string;
  readonly page: string;
  readonly licence: string;
  readonly files: readonly PublishedFile[];
  /** Archives are unpacked, and then let go. */
  readonly archive: boolean;
}

const md5 = (hex: string): Hash => ({ kind: "md5", hex });
const sha256 = (hex: string): Hash => ({ kind: "sha256", hex });

const MNIST_ADDRESSES = [
  "http://yann.lecun.com/exdb/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
];

/** The four files of MNIST's form. */
const idxFiles = (
  addresses: readonly string[],
  files: readonly (readonly [name: string, bytes: number, hash: Hash, unpacked?: Hash])[],
): PublishedFile[] =>
  files.map(([stem, bytes, hash, unpacked]) => {
    const name = `${stem}-ubyte.gz`;
    return { name, urls: addresses.map((a) => a + name), bytes, hash, ...(unpacked && { unpacked }) };
  });

const archive = (url: string, bytes: number, hash: Hash): PublishedFile[] => [
  { name: url.slice(url.lastIndexOf("/") + 1), urls: [url], bytes, hash },
];

export const PUBLISHED_SETS: readonly PublishedSet[] = [
  {
    name: "mnist",
    title: "MNIST",
    holds: "70,000 digits, 28×28 grey, 10 classes",
    page: "http://yann.lecun.com/exdb/mnist/",
    licence: "CC BY-SA 3.0",
    archive: false,
    files: idxFiles(MNIST_ADDRESSES, [
      [
        "train-images-idx3",
        9_912_422,
        sha256("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        md5("6bbc9ace898e44ae57da46a324031adb"),
      ],
      [
        "train-labels-idx1",
        28_881,
        sha256("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        md5("a25bea736e30d166cdddb491f175f624"),
      ],
      [
        "t10k-images-idx3",
        1_648_877,
        sha256("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        md5("2646ac647ad5339dbf082846283269ea"),
      ],
      [
        "t10k-labels-idx1",
        4_542,
        sha256("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        md5("27ae3e4e09519cfbb04c329615203637"),
      ],
    ]),
  },
  {
    name: "fashion-mnist",
    title: "Fashion-MNIST",
    holds: "70,000 pieces of clothing, 28×28 grey, 10 classes",
    page: "https://github.com/zalandoresearch/fashion-mnist",
    licence: "MIT",
    archive: false,
    files: idxFiles(
      [
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
      ],
      [
        ["train-images-idx3", 26_421_880, md5("8d4fb7e6c68d591d4c3dfef9ec88bf0d")],
        ["train-labels-idx1", 29_515, md5("25c81989df183df01b3e8a0aad5dffbe")],
        ["t10k-images-idx3", 4_422_102, md5("bef4ecab320f06d8554ea6380940ec79")],
        ["t10k-labels-idx1", 5_148, md5("bb300cfdad3c16e7a12a480ee83cd310")],
      ],
    ),
  },
  {
    name: "cifar-10",
    title: "CIFAR-10",
    holds: "60,000 photographs, 32×32, 10 classes",
    page: "https://www.cs.toronto.edu/~kriz/cifar.html",
    licence: "none stated; cite Krizhevsky 2009",
    archive: true,
    files: archive(
      "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
      170_052_171,
      md5("c32a1d4ab5d03f1284b67883e8d87530"),
    ),
  },
  {
    name: "cifar-100",
    title: "CIFAR-100",
    holds: "60,000 photographs, 32×32, 100 classes",
    page: "https://www.cs.toronto.edu/~kriz/cifar.html",
    licence: "none stated; cite Krizhevsky 2009",
    archive: true,
    files: archive(
      "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
      168_513_733,
      md5("03b5dce01913d631647c71ecec9e9cb8"),
    ),
  },
  {
    name: "stl-10",
    title: "STL-10",
    holds: "13,000 photographs of 10 classes and 100,000 without labels, 96×96",
    page: "https://cs.stanford.edu/~acoates/stl10/",
    licence: "none stated (pictures from ImageNet: research); cite Coates, Lee, Ng 2011",
    archive: true,
    files: archive(
      "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
      2_640_397_119,
      md5("91f7769df0f17e558f3565bffb0c7dfb"),
    ),
  },
  {
    name: "flower-photos",
    title: "flower_photos",
    holds: "3,670 photographs of any size, 5 classes",
    page: "https://www.tensorflow.org/datasets/catalog/tf_flowers",
    licence: "CC BY 2.0 (authors in LICENSE.txt within)",
    archive: true,
    files: archive(
      "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
      228_813_984,
      sha256("4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c"),
    ),
  },
  {
    name: "oxford-102",
    title: "Oxford 102 Flowers",
    holds: "8,189 photographs of any size; classes only in a MATLAB file, which is not read",
    page: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
    licence: "none stated; cite Nilsback, Zisserman 2008",
    archive: true,
    files: archive(
      "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/102flowers.tgz",
      344_862_509,
      sha256("2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246"),
    ),
  },
  {
    name: "cub-200",
    title: "CUB-200-2011",
    holds: "11,788 photographs of birds of any size, 200 classes",
    page: "https://www.vision.caltech.edu/datasets/cub_200_2011/",
    licence: "research, not commercial; cite Wah et al. 2011",
    archive: true,
    files: archive(
      "https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz",
      1_150_585_339,
      md5("97eceeb196236b17998738112f37df78"),
    ),
  },
];

/** Bytes in words, as a download's size is told. */
export function inWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

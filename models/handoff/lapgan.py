"""One level of LAPGAN (Denton et al. 2015) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from game import DROPOUT, Game, Verdict
from ganvas_torch import Dropout, Rng, constants, main, nchw


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def leaky(x):
    return F.leaky_relu(x, 0.2)


# The pyramid


def along_both(x, matrix):
    matrix = torch.as_tensor(matrix, dtype=x.dtype, device=x.device)
    return matrix @ x @ matrix.T


def coverage(size, to):
    """The mean over the stretch that a new pixel covers, parts of pixels counting in part."""
    step = size / to
    return [[max(min(at + 1, (o + 1) * step) - max(at, o * step), 0) / step for at in range(size)] for o in range(to)]


def blur(size, down):
    """(1, 4, 6, 4, 1) / 16 between `size` and twice as many pixels, mirrored at the borders (Burt and Adelson 1983)."""
    large = 2 * size
    matrix = [[0.0] * (large if down else size) for _ in range(size if down else large)]
    for o, row in enumerate(matrix):
        for k, tap in enumerate((1, 4, 6, 4, 1)):
            at = abs((2 * o if down else o) + k - 2)
            at = 2 * (large - 1) - at if at >= large else at
            if down:
                row[at] += tap / 16
            elif at % 2 == 0:
                row[at // 2] += 2 * tap / 16
    return matrix


def pyr_down(x, size, kind):
    return along_both(x, coverage(x.shape[2], size) if kind == "torch" else blur(size, True))


def pyr_up(x, size, kind):
    if kind == "torch":
        return F.interpolate(x, (size, size), mode="bilinear", align_corners=True)
    return along_both(x, blur(x.shape[2], False))


# The paper's networks


class BaseGenerator(nn.Module):
    def __init__(self, size, hidden, classes):
        super().__init__()
        self.latent, self.size = 100, size
        self.fc1 = nn.Linear(self.latent + classes, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 3 * size * size)

    def forward(self, z, y):
        x = z if y is None else torch.cat([z, y], 1)
        x = self.fc2(self.fc1(x).relu()).relu()
        return self.fc3(x).unflatten(1, (3, self.size, self.size))  # [n, 3, s, s]


class BaseDiscriminator(nn.Module):
    def __init__(self, size, hidden, classes, rng):
        super().__init__()
        self.fc1 = nn.Linear(3 * size * size + classes, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 1)
        self.dropout1, self.dropout2 = Dropout(0.5, rng), Dropout(0.5, rng)

    def forward(self, image, y):
        x = image.flatten(1) if y is None else torch.cat([image.flatten(1), y], 1)
        x = self.dropout1(self.fc1(x).relu())
        x = self.dropout2(self.fc2(x).relu())
        return self.fc3(x).flatten(), None  # [n], logits


class Told(nn.Module):
    """A network that sees a class as one more plane."""

    def __init__(self, size, classes):
        super().__init__()
        self.size = size
        self.cls = nn.Linear(classes, size * size) if classes else None

    def plane(self, y):
        return [] if self.cls is None else [self.cls(y).relu().unflatten(1, (1, self.size, self.size))]


class FineGenerator(Told):
    def __init__(self, size, maps, classes):
        super().__init__(size, classes)
        self.conv1 = nn.Conv2d(5 if classes else 4, maps, 7, padding=3)
        self.conv2 = nn.Conv2d(maps, maps, 7, padding=3)
        self.conv3 = nn.Conv2d(maps, 3, 5, padding=2)

    def forward(self, z, low, y):
        x = torch.cat([z, *self.plane(y), low], 1)
        return self.conv3(self.conv2(self.conv1(x).relu()).relu())  # [n, 3, s, s]


class FineDiscriminator(Told):
    def __init__(self, size, maps, classes, rng):
        super().__init__(size, classes)
        padding = 2 if size < 13 else 0
        side = (size + 4 * padding - 9) // 2 + 1
        self.conv1 = nn.Conv2d(4 if classes else 3, maps, 5, padding=padding)
        self.conv2 = nn.Conv2d(maps, maps, 5, stride=2, padding=padding)
        self.fc = nn.Linear(maps * side * side, 1)
        self.dropout = Dropout(0.5, rng)

    def forward(self, band, low, y):
        x = torch.cat([band + low, *self.plane(y)], 1)
        x = self.conv2(self.conv1(x).relu()).relu().flatten(1)
        return self.fc(self.dropout(x)).flatten(), None  # [n], logits


# The large networks that the authors used for LSUN


class SpatialDropout(Dropout):
    """Whole feature maps."""

    def forward(self, x):
        if not self.training:
            return x
        return x * super().forward(torch.ones(x.shape[:2], dtype=x.dtype, device=x.device))[:, :, None, None]


class LargeGenerator(Told):
    def __init__(self, size, classes, rng):
        super().__init__(size, classes)
        self.conv1 = nn.Conv2d(5 if classes else 4, 64, 7, padding=3)
        self.conv2 = nn.Conv2d(64, 368, 7, padding=3, groups=4)
        self.conv3 = nn.Conv2d(368, 128, 7, padding=3, groups=4)
        self.conv4 = nn.Conv2d(64, 224, 5, padding=2, groups=2)
        self.conv5 = nn.Conv2d(224, 3, 7, padding=3)
        self.norms = nn.ModuleList(nn.BatchNorm2d(maps, affine=False) for maps in (64, 368, 128, 224, 3))
        self.dropout1, self.dropout2 = SpatialDropout(0.5, rng), SpatialDropout(0.5, rng)

    def forward(self, z, low, y):
        first, second, third, fourth, fifth = self.norms
        x = first(self.conv1(torch.cat([z, *self.plane(y), low], 1)).relu())
        x = self.dropout1(second(self.conv2(x).relu()))
        x = third(self.conv3(x).relu()).unflatten(1, (-1, 2)).norm(dim=2)  # L2 pooling of pairs of maps
        x = self.dropout2(fourth(self.conv4(x).relu()))
        return fifth(self.conv5(x))  # [n, 3, s, s]


class LargeDiscriminator(Told):
    def __init__(self, size, classes):
        super().__init__(size, classes)
        self.conv1 = nn.Conv2d(4 if classes else 3, 48, 3)
        self.conv2 = nn.Conv2d(48, 448, 5, groups=4)
        self.conv3 = nn.Conv2d(448, 416, 7, groups=16)
        self.fc = nn.Linear(416 * (size - 12) ** 2, 1)

    def forward(self, band, low, y):
        x = torch.cat([band + low, *self.plane(y)], 1)
        x = self.conv3(self.conv2(self.conv1(x).relu()).relu()).relu()
        return self.fc(x.flatten(1)).flatten(), None  # [n], logits


# Modern networks


class ClassScale(nn.Module):
    def __init__(self, classes, features):
        super().__init__()
        self.scale = nn.Linear(classes, features, bias=False)
        self.shift = nn.Linear(classes, features, bias=False)

    def forward(self, x, y):
        shape = (*x.shape[:2], *[1] * (x.dim() - 2))
        return x * (self.scale(y).reshape(shape) + 1) + self.shift(y).reshape(shape)


class ModernBaseGenerator(nn.Module):
    def __init__(self, size, width, classes):
        super().__init__()
        hidden, self.latent = 8 * width, 64
        self.smallest = (size // 2, size // 2, width)
        self.fc1 = nn.Linear(classes * (self.latent + 1) if classes else self.latent, hidden)
        self.fc2 = nn.Linear(hidden, math.prod(self.smallest))
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 4 * width, 3, padding=1)
        self.convOut = nn.Conv2d(width, 3, 3, padding=1)
        told = (hidden, width, 4 * width) if classes else ()
        self.scales = nn.ModuleList(ClassScale(classes, features) for features in told)

    def forward(self, z, y):
        def scaled(k, x):
            return leaky(self.scales[k](x, y) if self.scales else x)

        # With classes the first layer has weights and biases of its own for each.
        inputs = z if y is None else torch.cat([(y[:, :, None] * z[:, None]).flatten(1), y], 1)
        x = scaled(0, self.fc1(inputs))
        x = leaky(nchw(self.fc2(x).unflatten(1, self.smallest)))  # channels last in the weights
        x = (x + scaled(1, self.conv1(x))) * math.sqrt(0.5)
        return self.convOut(F.pixel_shuffle(scaled(2, self.conv2(x)), 2))  # [n, 3, s, s]


class ModernBaseDiscriminator(nn.Module):
    def __init__(self, size, width, classes):
        super().__init__()
        features = 2 * width * (size // 4) ** 2
        self.conv1 = nn.Conv2d(3, width // 2, 3, padding=1)
        self.conv2 = nn.Conv2d(width // 2, width, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
        self.fc = nn.Linear(features, 1)
        if classes:
            self.cls = nn.Linear(classes, features, bias=False)
            self.classifier = nn.Linear(features, classes)

    def forward(self, image, y):
        x = leaky(self.conv3(leaky(self.conv2(leaky(self.conv1(image))))))
        x = channels_last(x).flatten(1)
        answers = self.fc(x).flatten()
        if y is None:
            return answers, None
        return answers + (x * self.cls(y)).sum(1), self.classifier(x)


class Block(nn.Module):
    def __init__(self, maps, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(maps, maps, 3, padding=1)
        self.conv2 = nn.Conv2d(maps, maps, 3, padding=1)
        self.scale = ClassScale(classes, maps) if classes else None

    def forward(self, x, y):
        r = self.conv1(leaky(x))
        r = leaky(self.scale(r, y) if self.scale else r)
        return x + self.conv2(r)


class ModernFineGenerator(nn.Module):
    def __init__(self, size, width, classes, blocks):
        super().__init__()
        self.size = size
        self.register_buffer("bandScale", torch.ones(1))
        self.convIn = nn.Conv2d(16, width, 3, padding=1)
        self.blocks = nn.ModuleList(Block(width, classes) for _ in range(blocks))
        self.convOut = nn.Conv2d(width, 12, 3, padding=1)

    def forward(self, z, low, y):
        x = self.convIn(F.pixel_unshuffle(torch.cat([z, low], 1), 2))
        for block in self.blocks:
            x = block(x, y)
        return F.pixel_shuffle(self.convOut(leaky(x)), 2) * self.bandScale  # [n, 3, s, s]


class ModernFineDiscriminator(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.register_buffer("bandScale", torch.ones(1))
        self.conv1 = nn.Conv2d(24, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(2 * width, 3 * width, 4, stride=2, padding=1)
        self.conv4 = nn.Conv2d(3 * width, 1, 1)
        self.cls = nn.Linear(classes, 3 * width, bias=False) if classes else None

    def forward(self, band, low, y):
        x = F.pixel_unshuffle(torch.cat([band + low, band / self.bandScale], 1), 2)
        x = leaky(self.conv3(leaky(self.conv2(leaky(self.conv1(x))))))
        logits = self.conv4(x)[:, 0]  # [n, m, m], of overlapping patches
        if self.cls is None:
            return logits, None
        return logits + (x * self.cls(y)[:, :, None, None]).sum(1), None


def networks(recipe, rng):
    level, width, classes, kind = (recipe[name] for name in ("level", "width", "classes", "networks"))
    size = recipe["sizes"][level]
    if kind == "modern" and level == 0:
        return ModernBaseGenerator(size, width, classes), ModernBaseDiscriminator(size, width, classes)
    if kind == "modern":
        return ModernFineGenerator(size, width, classes, recipe["blocks"]), ModernFineDiscriminator(width, classes)
    if level == 0:
        hidden = width if kind == "large" else width // 2
        return BaseGenerator(size, width, classes), BaseDiscriminator(size, hidden, classes, rng)
    if kind == "large" and size >= 13:
        return LargeGenerator(size, classes, rng), LargeDiscriminator(size, classes)
    maps = width // 2 if kind == "large" else width
    return FineGenerator(size, width, classes), FineDiscriminator(size, maps, classes, rng)


class Level(Game):
    """Samples are images at the coarsest level, bands at the others. A condition is class, coarser image, its low pass."""

    task_weight = 0.5

    def __init__(self, recipe, device):
        rng = Rng(recipe["seed"], DROPOUT)
        generator, discriminator = networks(recipe, rng)
        pixels, _ = constants(device)
        self.mean, self.deviation = pixels["mean"], pixels["std"]
        super().__init__(recipe, generator.to(device), discriminator.to(device), rng)

    def open(self, batch):
        sizes, level, pyramid = (self.recipe[name] for name in ("sizes", "level", "pyramid"))
        image = nchw((batch["picture"] - self.mean) / (self.deviation + 1e-7))
        for size in reversed(sizes[level:-1]):
            image = pyr_down(image, size, pyramid)
        y = batch["label"] if self.recipe["classes"] else None
        if level == 0:
            return image, (y, None, None)
        coarse = pyr_down(image, sizes[level - 1], pyramid)
        low = pyr_up(coarse, sizes[level], pyramid)
        return image - low, (y, coarse, low)

    def draw(self, *shape):
        if self.recipe["networks"] == "modern":
            return self.noise.normal((self.rows, *shape), self.like())
        return self.noise.uniform((self.rows, *shape), self.like(), -1, 1)

    def generate(self, G, condition):
        y, coarse, low = condition
        if low is None:
            return G(self.draw(self.generator.latent), y)
        band = G(self.draw(1, self.generator.size, self.generator.size), low, y)
        if not self.recipe["consistent"]:
            return band
        # Set right so that the image reduces to the coarse one again.
        missing = coarse - F.avg_pool2d(low + band, 2)
        return band + F.interpolate(missing, scale_factor=2, mode="nearest")

    def judge(self, D, samples, condition):
        y, _, low = condition
        answers, classes = D(samples, y) if low is None else D(samples, low, y)
        task = None if classes is None else -(y * classes.log_softmax(1)).sum(1).mean()
        return Verdict(answers, task)

    def change(self, augmentation, samples, condition):
        y, coarse, low = condition
        if low is None:
            return augmentation(samples), condition
        changed = augmentation(low)
        return augmentation(samples + low) - changed, (y, coarse, changed)


if __name__ == "__main__":
    main(Level, __doc__)

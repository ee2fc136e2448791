"""The conditional GAN (Mirza and Osindero 2014; projection as in Miyato and Koyama 2018) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm

from game import DROPOUT, Game, Verdict
from ganvas_torch import Dropout, Rng, main, nchw


class PaperGenerator(nn.Module):
    def __init__(self, recipe, rng):
        super().__init__()
        width = recipe["generatorWidth"]
        of_noise = math.ceil(width / 6)
        self.fz = nn.Linear(recipe["latentDim"], of_noise)
        self.fy = nn.Linear(len(recipe["classes"]), width - of_noise)
        self.fh = nn.Linear(width, width)
        self.fo = nn.Linear(width, recipe["height"] * recipe["width"])
        self.dropout1, self.dropout2 = Dropout(0.5, rng), Dropout(0.5, rng)
        self.shape = (1, recipe["height"], recipe["width"])

    def forward(self, z, y):
        both = torch.cat([self.fz(z).relu(), self.fy(y).relu()], 1)
        x = self.fh(self.dropout1(both)).relu()
        return self.fo(self.dropout2(x)).sigmoid().unflatten(1, self.shape)  # [n, 1, h, w]


class Maxout(nn.Linear):
    def __init__(self, inputs, units, pieces):
        super().__init__(inputs, units * pieces)
        self.pieces = pieces

    def forward(self, x):
        return super().forward(x).unflatten(1, (-1, self.pieces)).amax(2)


class PaperDiscriminator(nn.Module):
    def __init__(self, recipe, rng):
        super().__init__()
        units, pixels = recipe["discriminatorWidth"], recipe["height"] * recipe["width"]
        of_class = math.ceil(units * 5 / 24)
        self.mx = Maxout(pixels, units, 5)
        self.my = Maxout(len(recipe["classes"]), of_class, 5)
        self.mj = Maxout(units + of_class, units, 4)
        self.fo = nn.Linear(units, 1)
        shares = (recipe.get("inputDropout", 0), 0.5, 0.5)
        self.dropout0, self.dropout1, self.dropout2 = (Dropout(p, rng) for p in shares)

    def forward(self, x, y):
        seen = torch.cat([self.mx(self.dropout0(x.flatten(1))), self.my(y)], 1)
        return self.fo(self.dropout2(self.mj(self.dropout1(seen)))).flatten(), None  # [n], logits


class ConditionalBatchNorm(nn.Module):
    """Batch norm with a scale and a shift by class."""

    def __init__(self, classes, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.gain = nn.Linear(classes, channels, bias=False)
        self.shift = nn.Linear(classes, channels, bias=False)

    def forward(self, x, y):
        return self.norm(x) * (self.gain(y) + 1)[:, :, None, None] + self.shift(y)[:, :, None, None]


class Generator(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        c, classes = recipe["generatorWidth"], len(recipe["classes"])
        self.smallest = (recipe["height"] // 4, recipe["width"] // 4, 2 * c)
        self.fc = nn.Linear(recipe["latentDim"] + classes, math.prod(self.smallest), bias=False)
        self.bn0 = ConditionalBatchNorm(classes, 2 * c)
        self.up1 = nn.ConvTranspose2d(2 * c, c, 4, stride=2, padding=1, bias=False)
        self.bn1 = ConditionalBatchNorm(classes, c)
        self.up2 = nn.ConvTranspose2d(c, 1, 4, stride=2, padding=1)

    def forward(self, z, y):
        x = nchw(self.fc(torch.cat([z, y], 1)).unflatten(1, self.smallest))  # channels last in the weights
        x = self.bn0(x, y).relu()
        x = self.bn1(self.up1(x), y).relu()
        return self.up2(x).sigmoid()  # [n, 1, h, w]


class Discriminator(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        c, classes = recipe["discriminatorWidth"], len(recipe["classes"])
        features = (recipe["height"] // 8) * (recipe["width"] // 8) * 4 * c
        self.conv1 = spectral_norm(nn.Conv2d(1, c, 4, stride=2, padding=1))
        self.conv2 = spectral_norm(nn.Conv2d(c, 2 * c, 4, stride=2, padding=1))
        self.conv3 = spectral_norm(nn.Conv2d(2 * c, 4 * c, 4, stride=2, padding=1))
        self.answer = spectral_norm(nn.Linear(features, 1))
        self.embedding = spectral_norm(nn.Linear(classes, features, bias=False))
        self.classifier = nn.Linear(features, classes)

    def forward(self, x, y):
        x = 2 * x - 1
        for conv in (self.conv1, self.conv2, self.conv3):
            x = F.leaky_relu(conv(x), 0.2)
        x = x.permute(0, 2, 3, 1).flatten(1)  # channels last in the weights
        answers = self.answer(x).flatten() + (x * self.embedding(y)).sum(1)
        return answers, self.classifier(x)


class Cgan(Game):
    def __init__(self, recipe, device):
        rng = Rng(recipe["seed"], DROPOUT)
        paper = recipe["networks"] == "mlp"
        generator = PaperGenerator(recipe, rng) if paper else Generator(recipe)
        discriminator = PaperDiscriminator(recipe, rng) if paper else Discriminator(recipe)
        self.task_weight = recipe["classWeight"]
        super().__init__(recipe, generator.to(device), discriminator.to(device), rng)

    def open(self, batch):
        return nchw(batch["picture"]), batch["label"]  # [n, 1, h, w] in [0, 1], [n, classes]

    def generate(self, G, y):
        shape, law = (self.rows, self.recipe["latentDim"]), self.recipe["noise"]
        if law == "normal":
            return G(self.noise.normal(shape, self.like()), y)
        bounds = {"unit": (0, 1), "uniform": (-1, 1), "wide": (-math.sqrt(3), math.sqrt(3))}[law]
        return G(self.noise.uniform(shape, self.like(), *bounds), y)

    def judge(self, D, samples, y):
        answers, classes = D(samples, y)
        task = None if classes is None else -(y * classes.log_softmax(1)).sum(1).mean()
        return Verdict(answers, task)


if __name__ == "__main__":
    main(Cgan, __doc__)

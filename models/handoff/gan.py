"""The first GAN (Goodfellow et al. 2014) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import math

from torch import nn

from game import DROPOUT, Game, Verdict
from ganvas_torch import Dropout, Rng, main


class Generator(nn.Module):
    def __init__(self, latent, hidden, pixels):
        super().__init__()
        self.h0 = nn.Linear(latent, hidden)
        self.h1 = nn.Linear(hidden, hidden)
        self.y = nn.Linear(hidden, pixels)

    def forward(self, z):
        return self.y(self.h1(self.h0(z).relu()).relu()).sigmoid()  # [n, pixels]


class Maxout(nn.Linear):
    """Units that are the largest of five linear functions each."""

    def forward(self, x):
        return super().forward(x).unflatten(1, (-1, 5)).amax(2)


class Discriminator(nn.Module):
    def __init__(self, pixels, hidden, dropout, rng):
        super().__init__()
        self.h0 = Maxout(pixels, 5 * hidden)
        self.h1 = Maxout(hidden, 5 * hidden)
        self.y = nn.Linear(hidden, 1)
        self.first, self.second, self.third = (Dropout(p, rng) for p in (dropout[0], dropout[1], dropout[1]))

    def forward(self, x):
        x = self.h0(self.first(x))  # [n, hidden]
        x = self.h1(self.second(x))  # [n, hidden]
        return self.y(self.third(x)).flatten()  # [n], logits


class Gan(Game):
    def __init__(self, recipe, device):
        pixels = recipe["height"] * recipe["width"] * recipe["channels"]
        dropout = Rng(recipe["seed"], DROPOUT)
        generator = Generator(recipe["latentDim"], recipe["hidden"], pixels)
        discriminator = Discriminator(pixels, recipe["discriminatorHidden"], recipe["dropout"], dropout)
        super().__init__(recipe, generator.to(device), discriminator.to(device), dropout)

    def open(self, batch):
        return batch["picture"].flatten(1), None  # [n, h w c], in [0, 1]

    def generate(self, G, condition):
        shape = (self.rows, self.recipe["latentDim"])
        return G(self.noise.uniform(shape, self.like(), -math.sqrt(3), math.sqrt(3)))

    def judge(self, D, samples, condition):
        return Verdict(D(samples))


if __name__ == "__main__":
    main(Gan, __doc__)

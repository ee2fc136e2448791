"""The toy GAN, points in the plane, in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import torch.nn.functional as F
from torch import nn

from game import Game, Verdict
from ganvas_torch import main


def hidden(inputs, layers, units):
    return nn.ModuleList(nn.Linear(units if k else inputs, units) for k in range(layers))


class Generator(nn.Module):
    def __init__(self, latent, layers, units, reach):
        super().__init__()
        self.hidden, self.out, self.reach = hidden(latent, layers, units), nn.Linear(units, 2), reach

    def forward(self, z):
        for layer in self.hidden:
            z = layer(z).relu()
        return self.out(z) * self.reach  # [n, 2]


class Discriminator(nn.Module):
    def __init__(self, layers, units, reach):
        super().__init__()
        self.hidden, self.out, self.reach = hidden(2, layers, units), nn.Linear(units, 1), reach

    def forward(self, x):
        x = x / self.reach
        for layer in self.hidden:
            x = F.leaky_relu(layer(x), 0.2)
        return self.out(x).flatten()  # [n], logits


class Toy(Game):
    def __init__(self, recipe, device):
        layers, units, reach = recipe["layers"], recipe["units"], recipe["reach"]
        generator = Generator(recipe["latentDim"], layers, units, reach)
        super().__init__(recipe, generator.to(device), Discriminator(layers, units, reach).to(device))

    def open(self, batch):
        return batch["point"], None  # [n, 2]

    def generate(self, G, condition):
        return G(self.noise.normal((self.rows, self.recipe["latentDim"]), self.like()))

    def judge(self, D, samples, condition):
        return Verdict(D(samples))


if __name__ == "__main__":
    main(Toy, __doc__)

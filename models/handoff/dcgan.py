"""DCGAN (Radford, Metz and Chintala 2016) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import math

from torch import nn
from torch.nn.utils import spectral_norm

from game import Game, Verdict
from ganvas_torch import main, nchw


def stages_of(side):
    """Doublings, and the side they begin with."""
    smallest = 7 if side == 28 else 4
    return round(math.log2(side / smallest)), smallest


class Generator(nn.Module):
    def __init__(self, side, channels, width, latent):
        super().__init__()
        stages, smallest = stages_of(side)
        widths = [width * 2**k for k in reversed(range(stages))] + [channels]
        main = [nn.ConvTranspose2d(latent, widths[0], smallest, bias=False)]
        for inputs, outputs in zip(widths, widths[1:]):
            main += [nn.BatchNorm2d(inputs), nn.ReLU()]
            main += [nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=False)]
        self.main = nn.Sequential(*main, nn.Tanh())

    def forward(self, z):
        return self.main(z[:, :, None, None])  # [n, channels, side, side]


class Discriminator(nn.Module):
    def __init__(self, side, channels, width, norm):
        super().__init__()
        stages, smallest = stages_of(side)
        bound = spectral_norm if norm == "spectral" else lambda layer: layer
        widths = [channels] + [width * 2**k for k in range(stages)]
        main = []
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            main += [bound(nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=norm != "batch"))]
            main += [nn.BatchNorm2d(outputs)] if norm == "batch" and k > 0 else []
            main += [nn.LeakyReLU(0.2)]
        self.main = nn.Sequential(*main, bound(nn.Conv2d(widths[-1], 1, smallest, bias=norm != "batch")))

    def forward(self, x):
        return self.main(x).flatten()  # [n], logits


class Dcgan(Game):
    def __init__(self, recipe, device):
        side, channels = recipe["side"], recipe["channels"]
        generator = Generator(side, channels, recipe["width"], recipe["latentDim"])
        discriminator = Discriminator(side, channels, recipe["discriminatorWidth"], recipe["norm"])
        super().__init__(recipe, generator.to(device), discriminator.to(device))

    def open(self, batch):
        return nchw(batch["picture"]), None  # [n, channels, side, side], in [-1, 1]

    def generate(self, G, condition):
        shape = (self.rows, self.recipe["latentDim"])
        if self.recipe["noise"] == "uniform":
            return G(self.noise.uniform(shape, self.like(), -1, 1))
        return G(self.noise.normal(shape, self.like()))

    def judge(self, D, samples, condition):
        return Verdict(D(samples))


if __name__ == "__main__":
    main(Dcgan, __doc__)

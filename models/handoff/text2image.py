"""Text to image (Reed et al., ICML 2016; DF-GAN, Tao et al. 2022) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
from collections import namedtuple

import torch
import torch.nn.functional as F
from torch import nn

from game import Game, Verdict
from ganvas_torch import main, nchw, world

# What both networks are told of a picture: [n, textDim], what is said of it; [n, styleDim], the code of its style, or None.
Told = namedtuple("Told", "text style")


def leaky(x):
    return F.leaky_relu(x, 0.2)


# The paper's networks


def conv(inputs, outputs, kernel, stride=1, padding=0):
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)


class Bottleneck(nn.Module):
    def __init__(self, channels, activation):
        super().__init__()
        narrow, self.activation = channels // 4, activation
        self.conv1, self.bn1 = conv(channels, narrow, 1), nn.BatchNorm2d(narrow)
        self.conv2, self.bn2 = conv(narrow, narrow, 3, padding=1), nn.BatchNorm2d(narrow)
        self.conv3, self.bn3 = conv(narrow, channels, 3, padding=1), nn.BatchNorm2d(channels)

    def forward(self, x):
        h = self.activation(self.bn1(self.conv1(x)))
        h = self.activation(self.bn2(self.conv2(h)))
        return self.bn3(self.conv3(h)) + x


class Generator(nn.Module):
    def __init__(self, form):
        super().__init__()
        g, latent, told = form["ngf"], form["latentDim"], form["textProjDim"]
        self.text = nn.Linear(form["textDim"], told)
        self.up0, self.bn0 = nn.ConvTranspose2d(latent + told, 8 * g, 4, bias=False), nn.BatchNorm2d(8 * g)
        widths = [8 * g, 4 * g, 2 * g, g, 3]
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:]), 1):
            setattr(self, f"up{k}", nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False))
            if k < 4:
                setattr(self, f"bn{k}", nn.BatchNorm2d(outputs))
        residual = form["residual"]
        self.res0 = Bottleneck(8 * g, F.relu) if residual else nn.Identity()
        self.res1 = Bottleneck(4 * g, F.relu) if residual else nn.Identity()

    def forward(self, z, text):
        x = torch.cat([z, leaky(self.text(text))], 1)[:, :, None, None]
        x = self.res0(self.bn0(self.up0(x))).relu()  # [n, 8g, 4, 4]
        x = self.res1(self.bn1(self.up1(x))).relu()
        x = self.bn2(self.up2(x)).relu()
        x = self.bn3(self.up3(x)).relu()
        return self.up4(x).tanh()  # [n, 3, 64, 64]


class Trunk(nn.Module):
    """What discriminator and style encoder see of an image."""

    def __init__(self, d, residual):
        super().__init__()
        self.conv0 = conv(3, d, 4, 2, 1)
        self.conv1, self.bn1 = conv(d, 2 * d, 4, 2, 1), nn.BatchNorm2d(2 * d)
        self.conv2, self.bn2 = conv(2 * d, 4 * d, 4, 2, 1), nn.BatchNorm2d(4 * d)
        self.conv3, self.bn3 = conv(4 * d, 8 * d, 4, 2, 1), nn.BatchNorm2d(8 * d)
        self.res = Bottleneck(8 * d, leaky) if residual else nn.Identity()

    def forward(self, x):
        x = leaky(self.conv0(x))
        x = leaky(self.bn1(self.conv1(x)))
        x = leaky(self.bn2(self.conv2(x)))
        return leaky(self.res(self.bn3(self.conv3(x))))  # [n, 8d, 4, 4]


class Discriminator(nn.Module):
    def __init__(self, form):
        super().__init__()
        d, told = form["ndf"], form["textProjDim"]
        self.trunk, self.text = Trunk(d, form["residual"]), nn.Linear(form["textDim"], told)
        self.conv4, self.bn4 = conv(8 * d + told, 8 * d, 1), nn.BatchNorm2d(8 * d)
        self.conv5 = conv(8 * d, 1, 4)

    def one(self, image, text):
        phi = leaky(self.text(text))[:, :, None, None].expand(-1, -1, 4, 4)
        x = torch.cat([self.trunk(image), phi], 1)
        return self.conv5(leaky(self.bn4(self.conv4(x)))).flatten()  # [n], logits

    def forward(self, image, text, wrong=None, style=None):
        # A pass for each kind of pair, so that batch norm has statistics of each.
        return self.one(image, text), None, None if wrong is None else self.one(image, wrong)


class StyleEncoder(nn.Module):
    """Reads the noise back from an image that the generator made."""

    def __init__(self, d, latent):
        super().__init__()
        self.trunk, self.out = Trunk(d, False), nn.Conv2d(8 * d, latent, 4)

    def forward(self, image):
        return self.out(self.trunk(image)).flatten(1)  # [n, latent]


# Modern networks


class ConditionalBatchNorm(nn.Module):
    def __init__(self, told, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.gain = nn.Linear(told, channels, bias=False)
        self.shift = nn.Linear(told, channels, bias=False)

    def forward(self, x, told):
        return self.norm(x) * (self.gain(told) + 1)[:, :, None, None] + self.shift(told)[:, :, None, None]


def double(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class Doubling(nn.Module):
    """Interpolation, and what pixel shuffle adds to it."""

    def __init__(self, told, out):
        super().__init__()
        self.halve, self.detail = conv(2 * out, out, 1), conv(2 * out, 4 * out, 1)
        self.conv = conv(out, out, 3, padding=1)
        self.bn = ConditionalBatchNorm(told, out)

    def forward(self, x, told):
        return self.bn(self.conv(double(self.halve(x)) + F.pixel_shuffle(self.detail(x), 2)), told).relu()


class AffineGenerator(nn.Module):
    """Sentence and noise scale and shift every block; each resolution adds its colours to those of the coarser ones."""

    def __init__(self, form):
        super().__init__()
        g, told = form["ngf"], form["latentDim"] + form["textProjDim"]
        self.text = nn.Linear(form["textDim"], form["textProjDim"])
        self.fc = nn.Linear(told, 64 * 4 * g, bias=False)
        self.bn, self.convBn = ConditionalBatchNorm(told, 4 * g), ConditionalBatchNorm(told, 4 * g)
        self.conv = conv(4 * g, 4 * g, 3, padding=1)
        self.blocks = nn.ModuleList(Doubling(told, k * g) for k in (2, 1))
        self.colours = nn.ModuleList(nn.Conv2d(k * g, 3, 1) for k in (4, 2, 1))
        self.out = nn.Conv2d(g, 3, 3, padding=1)

    def forward(self, z, text):
        told = torch.cat([z, leaky(self.text(text))], 1)
        x = nchw(self.fc(told).unflatten(1, (8, 8, -1)))  # channels last in the weights
        x = self.convBn(self.conv(self.bn(x, told).relu()), told).relu()
        picture = double(self.colours[0](x))
        for block, colours in zip(self.blocks, self.colours[1:]):
            x = block(x, told)
            picture = double(picture + colours(x))
        return (picture + self.out(double(x))).tanh()  # [n, 3, 64, 64]


def unit(x):
    return x / (x.square().sum(1, keepdim=True) + 1e-8).sqrt()


class ProjectionDiscriminator(nn.Module):
    def __init__(self, form):
        super().__init__()
        d, told = form["ndf"], form["textProjDim"]
        features = (16 * (8 + 4) + 4) * d
        widths = [3, d, 2 * d, 4 * d, 8 * d]
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            setattr(self, f"conv{k}", nn.Conv2d(inputs, outputs, 4, 2, 1))
        self.coarse0, self.coarse1 = nn.Conv2d(3, 2 * d, 3, padding=1), nn.Conv2d(2 * d, 4 * d, 4, 2, 1)
        self.texture = nn.Conv2d(2 * d, 4 * d, 1)
        self.answer = nn.Linear(features, 1)
        self.text = nn.Linear(form["textDim"], told)
        self.embedding = nn.Linear(told, features, bias=False)
        self.shown = nn.Linear(features, told)
        self.said = nn.Linear(form["textDim"], told)
        if form.get("styleDim", 0) > 0:
            self.style = nn.Linear(form["styleDim"], features, bias=False)

    def look(self, image):
        x = leaky(self.conv1(leaky(self.conv0(image))))
        texture = leaky(self.texture(x)).mean((2, 3)) * 16
        x = leaky(self.conv3(leaky(self.conv2(x))))
        coarse = leaky(self.coarse1(leaky(self.coarse0(F.avg_pool2d(image, 8)))))
        flat = [y.permute(0, 2, 3, 1).flatten(1) for y in (x, coarse)]  # channels last in the weights
        return torch.cat([*flat, texture], 1)

    def match(self, seen, text, style):
        told = self.embedding(leaky(self.text(text)))
        if style is not None:
            told = told + self.style(style)
        return self.answer(seen).flatten() + (seen * told).sum(1)

    def confusion(self, seen, text):
        """How badly each picture's sentence is found among those of the whole batch (Zhang et al. 2021)."""
        shown, said = unit(self.shown(seen)), unit(self.said(text))
        logits, own = 10 * shown @ said.T, 10 * (shown * said).sum(1)
        return (logits.logsumexp(1) - own).mean()

    def forward(self, image, text, wrong=None, style=None):
        seen = self.look(image)
        task = self.confusion(seen, text)
        return self.match(seen, text, style), task, None if wrong is None else self.match(seen, wrong, style)


def generator_of(form):
    return AffineGenerator(form) if form["networks"] == "affine" else Generator(form)


def noise_of(rng, form, told, like):
    """[n, latentDim]; where there are styles, its first numbers say whose style it is."""
    z = rng.normal((len(told.text), form["latentDim"]), like)
    if told.style is None:
        return z
    width = form["styleDim"]
    return torch.cat([0.9 * told.style + 0.19**0.5 * z[:, :width], z[:, width:]], 1)


def style_of(form, batch):
    return batch["style"] if form.get("styleDim", 0) > 0 else None


def farness(a, b):
    """Pixel by pixel and in coarser colours. [n]"""
    difference = a - b
    views = [difference, F.avg_pool2d(difference, 4), F.avg_pool2d(difference, 8)]
    return sum(view.abs().mean((1, 2, 3)) for view in views)


class Text2Image(Game):
    task_weight = 0.5

    def __init__(self, recipe, device):
        affine = recipe["networks"] == "affine"
        if world() > 1 and (affine or recipe["interpolated"]):
            raise SystemExit("sentences are compared and mixed within the whole batch: use one process")
        discriminator = ProjectionDiscriminator(recipe) if affine else Discriminator(recipe)
        super().__init__(recipe, generator_of(recipe).to(device), discriminator.to(device))

    def open(self, batch):
        if self.recipe["mismatched"]:
            self.wrong = batch["wrong"]
        told = Told(batch["text"], style_of(self.recipe, batch))
        return nchw(batch["picture"]), told  # [n, 3, 64, 64] in [-1, 1]

    def imagine(self, told):
        """GAN-INT: embeddings halfway between two captions besides, in the style of the first of the two."""
        if not self.recipe["interpolated"]:
            return told
        text, style = told
        half = len(text) // 2
        mixed = torch.cat([text, (text[:half] + text[half : 2 * half]) / 2])
        return Told(mixed, None if style is None else torch.cat([style, style[:half]]))

    def generate(self, G, told):
        return G(noise_of(self.noise, self.recipe, told, self.like()), told.text)

    def judge(self, D, samples, told, wrong=None):
        return Verdict(*D(samples, told.text, wrong, told.style))

    def compare(self, samples, real, others):
        """How far pictures are from the sentence's own, where they are the nearer of two tries."""
        weight = self.recipe.get("resemblance", 0)
        if weight == 0:
            return 0
        far = farness(samples, real)
        return (far * (far < farness(others, real))).mean() * 2 * weight


if __name__ == "__main__":
    main(Text2Image, __doc__)

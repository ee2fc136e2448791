"""SRGAN and its relatives (Ledig et al. 2017) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import json

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm

from game import discriminator_loss, generator_loss, gradient_norm, r1_penalty, read
from ganvas_torch import Ema, Training, constants, main, mean_of_all, nchw, set_rate, world
from srresnet import SRResNet, learning_rate


class Discriminator(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, hidden, norm = config["width"], config["hidden"], config["norm"]
        self.head, self.slope = config["head"], config["slope"]
        bound = spectral_norm if norm == "spectral" else lambda layer: layer
        widths = [3, *(width * k for k in (1, 1, 2, 2, 4, 4, 8, 8))]
        self.conv, self.bn = nn.ModuleList(), nn.ModuleList()
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            bias = k == 0 or config["convBias"] or norm != "batch"
            self.conv.append(bound(nn.Conv2d(inputs, outputs, 3, stride=k % 2 + 1, padding=1, bias=bias)))
            self.bn.append(nn.BatchNorm2d(outputs) if norm == "batch" and k > 0 else nn.Identity())
        if self.head == "dense":
            self.fc1 = bound(nn.Linear(8 * width * (config["inputSize"] // 16) ** 2, hidden))
            self.fc2 = bound(nn.Linear(hidden, 1))
        else:
            self.fc1 = bound(nn.Conv2d(8 * width, hidden, 1))
            self.fc2 = bound(nn.Conv2d(hidden, 1, 1))

    def forward(self, x):
        for conv, bn in zip(self.conv, self.bn):
            x = F.leaky_relu(bn(conv(x)), self.slope)
        if self.head == "dense":
            x = x.flatten(1)
        elif self.head == "gap":
            x = x.mean((2, 3), keepdim=True)
        return self.fc2(F.leaky_relu(self.fc1(x), self.slope)).flatten()  # logits


class VGG19:
    """Features of layers, by torchvision's weights or the original ones."""

    LAYERS = [
        name
        for block, convolutions in enumerate((2, 2, 4, 4, 4), 1)
        for k in range(1, convolutions + 2)
        for name in ((f"conv{block}_{k}", f"relu{block}_{k}") if k <= convolutions else (f"pool{block}",))
    ]

    def __init__(self, device):
        self.weights, metadata = constants(device)
        hidden = json.loads(metadata["architecture"])
        self.caffe, self.reflect = hidden["input"] == "caffe", hidden["padding"] == "reflect"

    def prepare(self, x):
        def column(values):
            return torch.tensor(values, dtype=x.dtype, device=x.device)[:, None, None]

        if self.caffe:
            return (x.flip(1) + 1) * 127.5 - column([103.939, 116.779, 123.68])
        return ((x + 1) / 2 - column([0.485, 0.456, 0.406])) / column([0.229, 0.224, 0.225])

    def taps(self, x, names):
        x, found = self.prepare(x), {}
        for k, name in enumerate(self.LAYERS):
            if len(found) == len(set(names)):
                break
            if name.startswith("relu"):
                x = x.relu()
            elif name.startswith("pool"):
                x = F.max_pool2d(x, 2)
            else:
                padded = F.pad(x, (1, 1, 1, 1), mode="reflect" if self.reflect else "constant")
                x = F.conv2d(padded, self.weights[f"features.{k}.weight"], self.weights[f"features.{k}.bias"])
            if name in names:
                found[name] = x
        return [found[name] for name in names]


# Layers by whose features textures are compared, with the side of a place in their pixels.
TEXTURE = {"relu1_1": 16, "relu2_1": 8, "relu3_1": 4}


def covariances(x, side):
    """Of each two channels over each place: [n, c, h, w] -> [places, c, c]."""
    n, c, h, w = x.shape
    rows, columns = h // side, w // side
    places = x[:, :, : rows * side, : columns * side].reshape(n, c, rows, side, columns, side)
    values = places.permute(0, 2, 4, 3, 5, 1).reshape(n * rows * columns, side * side, c)
    values = values - values.mean(1, keepdim=True)
    return values.transpose(1, 2) @ values / side**2


def power(matrices):
    return matrices.square().sum((1, 2))


def texture_loss(features):
    """After Sajjadi et al. 2017: places of 16×16 pixels, covariances divided by their size."""
    total = 0
    for (got, want), side in zip(features, TEXTURE.values()):
        none = (mean_of_all(want.square().mean()) * 1e-3 * want.shape[1]).square()
        a, b = covariances(got, side), covariances(want, side)
        total = total + (power(a - b) / (power(b) + power(a).detach() + none).sqrt()).mean()
    return total


def grid_penalty(x):
    """The spread of the means of the 16 phases over places of 16×16 pixels."""
    n, c, h, w = x.shape
    rows, columns = h // 4, w // 4
    blocks = x[:, :, : rows * 4, : columns * 4].reshape(n, c, rows, 4, columns, 4)
    phases = blocks.permute(0, 1, 3, 5, 2, 4).reshape(n, c * 16, rows, columns)
    phases = F.avg_pool2d(phases, 4, 2).unflatten(1, (c, 16))
    return (phases - phases.mean(2, keepdim=True)).square().mean()


def total_variation(x):
    down, right = x[:, :, 1:] - x[:, :, :-1], x[:, :, :, 1:] - x[:, :, :, :-1]
    return (down.square().sum() + right.square().sum()) / len(x)


class SRGAN(Training):
    def __init__(self, recipe, device):
        generator = SRResNet(recipe["network"]).to(device).train(not recipe.get("frozenStatistics"))
        networks = {"generator.": generator}
        if recipe["discriminator"]:
            networks["discriminator."] = Discriminator(recipe["discriminator"]).to(device).train()
        optimizers = {name: torch.optim.Adam(net.parameters(), lr=recipe["lr"]) for name, net in networks.items()}
        super().__init__(recipe, networks, optimizers, Ema(generator) if recipe["ema"] > 0 else None)
        self.vgg = VGG19(device) if recipe["content"]["kind"] == "vgg" else None
        self.G, self.generator = self.distributed(generator), generator
        self.discriminator = networks.get("discriminator.")
        self.D = self.discriminator and self.distributed(self.discriminator)
        if world() > 1 and recipe["game"]["loss"] == "relativistic-average":
            raise SystemExit("the relativistic-average loss compares with the whole batch's mean: use one process")

    def content(self, sr, hr):
        """How far images are from the originals, and how rough. Returns content and total."""
        recipe, content = self.recipe, self.recipe["content"]
        texture = None
        if content["kind"] == "mse":
            distance = F.mse_loss(sr, hr)
        else:
            names = [content["layer"], *(TEXTURE if recipe.get("textureWeight") else ())]
            with torch.no_grad():
                originals = self.vgg.taps(hr, names)
            pairs = list(zip(self.vgg.taps(sr, names), originals))
            channels = pairs[0][0].shape[1] if content["reduction"] == "channel-sum" else 1
            distance = F.mse_loss(*pairs[0]) * channels
            texture = texture_loss(pairs[1:]) if recipe.get("textureWeight") else None
        own = distance * content["weight"] + F.mse_loss(sr, hr) * content.get("pixels", 0)
        total = own + total_variation(sr) * recipe["tvWeight"]
        if recipe.get("gridWeight"):
            total = total + grid_penalty(sr - hr) * recipe["gridWeight"]
        return own, total if texture is None else total + texture * recipe["textureWeight"]

    def view(self, images):
        """A window that moves with each update."""
        if not self.recipe.get("jitter"):
            return images
        y, x = ((0, 0), (1, 2), (2, 3), (3, 1))[self.step % 4]
        return images[:, :, y : images.shape[2] - 4 + y, x : images.shape[3] - 4 + x]

    def rates(self):
        recipe, step, steps = self.recipe, self.step, self.recipe["steps"]
        lead = int(recipe.get("discriminatorLead", 0) * steps + 0.5)
        own = 0.0 if step < lead else learning_rate(recipe["lr"], recipe["schedule"], steps, step)
        set_rate(self.optimizers["generator."], lr=own)
        if self.D:
            lr = recipe.get("discriminatorLr", recipe["lr"])
            schedule = recipe.get("discriminatorSchedule", recipe["schedule"])
            set_rate(self.optimizers["discriminator."], lr=learning_rate(lr, schedule, steps, step))

    def update(self, batch):
        recipe, optimizer = self.recipe, self.optimizers["generator."]
        self.rates()
        lr, hr = nchw(batch["lr"]), nchw(batch["hr"])
        sr = self.G(lr)
        shown, original = self.view(sr), self.view(hr)
        told = self.judge(shown, original) if self.D else {}
        content, total = self.content(shown, original)
        if self.D:
            adversarial = self.against(shown, original)
            told["adversarial"] = adversarial
            total = total + adversarial * self.weight(total, adversarial, shown)
        optimizer.zero_grad()
        total.backward()
        norm = gradient_norm(self.generator)
        optimizer.step()
        if self.average:
            self.average.update(recipe["ema"])
        drift = dict(zip(("red", "green", "blue"), (sr - hr).mean((0, 2, 3)) * 127.5))
        return {"content": content, "generatorGradient": norm, **drift, **told}

    def judge(self, shown, original):
        """The discriminator's update."""
        game, optimizer = self.recipe["game"], self.optimizers["discriminator."]
        self.discriminator.requires_grad_(True)
        real, fake = read(game["loss"], self.D(original), self.D(shown.detach()))
        loss = discriminator_loss(game["loss"], real, fake, game["realTarget"])
        if game["r1"] > 0:
            loss = loss + r1_penalty(self.D, original, game["r1"])
        optimizer.zero_grad()
        loss.backward()
        norm = gradient_norm(self.discriminator)
        optimizer.step()
        answers = {"D(real)": real.sigmoid().mean(), "D(fake)": fake.sigmoid().mean()}
        return {"discriminator": loss, "discriminatorGradient": norm, **answers}

    def against(self, shown, original):
        """The generator's loss against the discriminator as it is now."""
        kind = self.recipe["game"]["loss"]
        self.discriminator.requires_grad_(False)
        again = self.discriminator(original) if kind.startswith("relativistic") else None
        answers = self.discriminator(shown)
        real, fake = read(kind, answers if again is None else again, answers)
        return generator_loss(kind, fake, real)

    def weight(self, total, adversarial, shown):
        """With a share, what keeps the discriminator's gradient at the images at so many times the content's."""
        share, most = self.recipe.get("adversarialShare"), self.recipe["adversarialWeight"]
        if share is None:
            return most
        squares = [torch.autograd.grad(loss, shown, retain_graph=True)[0].square().sum() for loss in (total, adversarial)]
        own, foreign = (mean_of_all(x).sqrt() for x in squares)
        return (own / (foreign + 1e-30) * share).clamp(max=most)


if __name__ == "__main__":
    main(SRGAN, __doc__)

"""The game of a generator and a discriminator: one update of each, as ganvas makes it. A script says what its networks make of
a batch; losses, penalties, augmentation, averages and rates are settings of the recipe."""
from collections import namedtuple

import numpy as np
import torch
import torch.nn.functional as F

from ganvas_torch import Ema, Rng, Training, cosine, philox, set_rate, share, world

NOISE, DROPOUT, AUGMENT = 0x6A11, 0x6A12, 0xD1FF

# Logits of samples; the loss of the discriminator's other task where it has one; logits with conditions of others.
Verdict = namedtuple("Verdict", "answers task wrong", defaults=(None, None))


class Game(Training):
    task_weight = 1.0
    wrong = None  # conditions of others, set by `open` where real samples are shown with those too

    def __init__(self, recipe, generator, discriminator, dropout=None):
        self.generator, self.discriminator = generator.train(), discriminator.train()
        optimizers = {
            "generator.": optimizer_of(recipe, generator, recipe["lr"]),
            "discriminator.": optimizer_of(recipe, discriminator, recipe["discriminatorLr"]),
        }
        networks = {"generator.": generator, "discriminator.": discriminator}
        super().__init__(recipe, networks, optimizers, Ema(generator) if recipe["ema"] > 0 else None)
        self.noise, self.dropout = Rng(recipe["seed"], NOISE), dropout
        self.G, self.D = self.distributed(generator), self.distributed(discriminator)
        if world() > 1 and recipe["loss"] == "relativistic-average":
            raise SystemExit("the relativistic-average loss compares with the whole batch's mean: use one process")

    @property
    def rows(self):
        """Samples that this process makes."""
        return self.recipe["batchSize"] // world()

    def like(self):
        """Of the type and on the device of what is computed with."""
        return next(self.generator.parameters())

    def open(self, batch):
        """Real samples of a batch, and what both networks are told besides."""
        raise NotImplementedError

    def generate(self, G, condition):
        raise NotImplementedError

    def judge(self, D, samples, condition):
        raise NotImplementedError

    def change(self, augmentation, samples, condition):
        return augmentation(samples), condition

    def imagine(self, condition):
        """Conditions that the generator learns by: those of the batch, then others that no real sample has."""
        return condition

    def compare(self, samples, real, others):
        """A further loss of the generator's; others: what it made for the same conditions with other noise."""
        return 0

    def update(self, batch):
        recipe, step = self.recipe, self.step
        optimizer_g, optimizer_d = self.optimizers.values()
        self.set_rates()
        self.noise.at(step)
        if self.dropout:
            self.dropout.at(step)
        real, condition = self.open(batch)
        kind, target = recipe["loss"], recipe["realTarget"]
        relativistic = kind.startswith("relativistic")

        def changed(samples, condition, place):
            if not recipe["augment"]:
                return samples, condition
            drawn = Augmentation(recipe["augment"], samples, recipe["seed"], step, place)
            return self.change(drawn, samples, condition)

        # The discriminator's move.
        self.discriminator.requires_grad_(True)
        with torch.no_grad():
            first = self.generate(self.generator, condition)
        seen_real, told_real = changed(real, condition, 0)
        seen_fake, told_fake = changed(first, condition, 1)
        told_wrong = () if self.wrong is None else (self.wrong,)
        of_real = self.judge(self.D, seen_real, told_real, *told_wrong)
        say_fake = self.judge(self.D, seen_fake, told_fake).answers
        read_real, read_fake = read(kind, of_real.answers, say_fake)
        loss_d = discriminator_loss(kind, read_real, read_fake, target)
        if self.wrong is not None:
            loss_d = (loss_d + discriminator_loss(kind, *read(kind, of_real.answers, of_real.wrong), target)) / 2
        loss_d = loss_d * recipe["discriminatorScale"]
        if step % recipe["penaltyEvery"] == 0:
            fallen = penalty_at(recipe, step) * recipe["penaltyEvery"]
            for gamma, samples, told in ((recipe["r1"], seen_real, told_real), (recipe["r2"], seen_fake, told_fake)):
                if gamma > 0:
                    loss_d = loss_d + r1_penalty(lambda x: self.judge(self.D, x, told).answers, samples, gamma) * fallen
        if of_real.task is not None:
            loss_d = loss_d + of_real.task
        optimizer_d.zero_grad()
        loss_d.backward()
        norm_d = gradient_norm(self.discriminator)
        optimizer_d.step()

        # The generator's move, against the discriminator as it is now.
        self.discriminator.requires_grad_(False)
        asked = self.imagine(condition)
        second = self.generate(self.G, asked)
        again = None
        if relativistic:
            # Those without a partner of their own get the first ones again.
            partners = torch.cat([real, real[: len(second) - len(real)]])
            again = self.judge(self.discriminator, *changed(partners, asked, 2)).answers
        of_second = self.judge(self.discriminator, *changed(second, asked, 2 if relativistic else 3))
        answers = of_second.answers
        read_again, read_second = read(kind, answers if again is None else again, answers)
        loss_g = generator_loss(kind, read_second, read_again)
        if of_second.task is not None:
            loss_g = loss_g + of_second.task * self.task_weight
        loss_g = loss_g + self.compare(second[: len(real)], real, first.detach())
        optimizer_g.zero_grad()
        loss_g.backward()
        norm_g = gradient_norm(self.generator)
        optimizer_g.step()
        if self.average:
            self.average.update(min(recipe["ema"], (1 + step) / (10 + step)))
        return {
            "discriminator": loss_d,
            "generator": loss_g,
            "D(real)": read_real.sigmoid().mean(),
            "D(fake)": read_fake.sigmoid().mean(),
            "discriminatorGradient": norm_d,
            "generatorGradient": norm_g,
        }

    def set_rates(self):
        optimizer_g, optimizer_d = self.optimizers.values()
        for optimizer, lr in ((optimizer_g, self.recipe["lr"]), (optimizer_d, self.recipe["discriminatorLr"])):
            set_rate(optimizer, lr=rate_at(self.recipe, lr, self.step))
            if self.recipe["optimizer"] == "sgd":
                begin, end, updates = self.recipe["momentum"]
                set_rate(optimizer, momentum=begin + (end - begin) * min(self.step / updates, 1))


def optimizer_of(recipe, network, lr):
    if recipe["optimizer"] == "sgd":
        return torch.optim.SGD(network.parameters(), lr=lr, momentum=recipe["momentum"][0])
    return torch.optim.Adam(network.parameters(), lr=lr, betas=tuple(recipe["betas"]))


def rate_at(recipe, lr, step):
    if recipe["schedule"] == "cosine":
        return cosine(lr, lr / 100, recipe["steps"], step)
    if recipe["schedule"] == "decay":
        return max(lr * (1 / recipe["decay"]) ** (step // recipe["decayEvery"]), 1e-6)
    return lr


def penalty_at(recipe, step):
    factor, updates = recipe.get("penaltyFall", (1, 1))
    return factor ** max(1 - step / updates, 0)


def gradient_norm(network):
    return torch.stack([p.grad.norm() for p in network.parameters() if p.grad is not None]).norm()


def r1_penalty(judge, samples, gamma):
    """gamma / 2 · mean ‖∂D/∂x‖² (Mescheder et al. 2018); of several answers a sample, their mean counts."""
    x = samples.detach().requires_grad_()
    answers = judge(x)
    (slope,) = torch.autograd.grad(answers.sum(), x, create_graph=True)
    per_sample = answers.numel() / len(x)
    return gamma / 2 * slope.square().flatten(1).sum(1).mean() / per_sample**2


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def read(kind, real, fake):
    """Logits as the loss reads them: by themselves, or against each other."""
    if kind == "relativistic-average":
        return real - fake.mean(), fake - real.mean()
    if kind == "relativistic-pairing":
        return real - fake, fake - real
    return real, fake


def discriminator_loss(kind, real, fake, target):
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    if kind == "least-squares":
        return ((real - target).square().mean() + fake.square().mean()) / 2
    if kind == "wasserstein":
        return fake.mean() - real.mean()
    if kind == "relativistic-pairing":
        return bce(real, target)
    return bce(real, target) + bce(fake, 0)


def generator_loss(kind, fake, real):
    if kind in ("hinge", "wasserstein"):
        return -fake.mean()
    if kind == "least-squares":
        return (fake - 1).square().mean() / 2
    if kind == "saturating":
        return -F.softplus(fake).mean()
    if kind == "relativistic-average":
        return bce(fake, 1) + bce(real, 0)
    return bce(fake, 1)


class Augmentation:
    """Differentiable augmentation (Zhao et al. 2020), drawn once for all that is given to it. Pictures are [n, c, h, w]."""

    KINDS = ["translation", "cutout", "colour", "mirror"]

    def __init__(self, kinds, like, seed, step, place):
        self.kinds, self.like = kinds, like
        n, _, self.h, self.w = like.shape
        pictures = np.arange(n * world()) * len(self.KINDS)
        self.drawn = {}
        for kind in kinds:
            words = philox((step, place, pictures + self.KINDS.index(kind), AUGMENT), seed)
            self.drawn[kind] = share(np.stack([(word >> np.uint64(8)) / 2.0**24 for word in words], 1))

    def tensor(self, x):
        return torch.as_tensor(x, dtype=self.like.dtype, device=self.like.device)

    def __call__(self, x):
        if "colour" in self.kinds:
            x = self.colour(x)
        if "translation" in self.kinds or "mirror" in self.kinds:
            x = self.move(x)
        return x * self.holes() if "cutout" in self.kinds else x

    def colour(self, x):
        brightness, saturation, contrast, _ = self.tensor(self.drawn["colour"]).T.reshape(4, -1, 1, 1, 1)
        x = x + (brightness - 0.5)
        grey = x.mean(1, keepdim=True)
        x = (x - grey) * (2 * saturation) + grey
        middle = x.mean((1, 2, 3), keepdim=True)
        return (x - middle) * (contrast + 0.5) + middle

    def move(self, x):
        """Zeros come in where pictures move away; products with matrices of zeros and ones on either side."""
        rows = np.zeros((len(x), self.h, self.h))
        columns = np.zeros((len(x), self.w, self.w))
        for k in range(len(x)):
            u, v = self.drawn["translation"][k, :2] if "translation" in self.kinds else (0.5, 0.5)
            down = int(np.floor(u * (2 * (self.h // 8) + 1))) - self.h // 8
            right = int(np.floor(v * (2 * (self.w // 8) + 1))) - self.w // 8
            flip = "mirror" in self.kinds and self.drawn["mirror"][k, 0] < 0.5
            for y in range(max(down, 0), min(self.h + down, self.h)):
                rows[k, y, y - down] = 1
            for at in range(max(right, 0), min(self.w + right, self.w)):
                columns[k, at, self.w - 1 - at + right if flip else at - right] = 1
        return self.tensor(rows)[:, None] @ x @ self.tensor(columns)[:, None].transpose(2, 3)

    def holes(self):
        kept = np.ones((len(self.like), 1, self.h, self.w))
        tall, wide = self.h // 2, self.w // 2
        for k, (u, v, _, _) in enumerate(self.drawn["cutout"]):
            top, left = int(u * (self.h + 1)) - tall // 2, int(v * (self.w + 1)) - wide // 2
            kept[k, 0, max(top, 0) : max(top + tall, 0), max(left, 0) : max(left + wide, 0)] = 0
        return self.tensor(kept)

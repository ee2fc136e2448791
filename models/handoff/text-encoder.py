"""The text encoder (Reed et al., CVPR 2016) in PyTorch, going on where ganvas stopped.

    python train.py              python train.py --check              (one process: captions are compared with the whole batch)
"""
import torch
import torch.nn.functional as F
from torch import nn

from game import Augmentation
from ganvas_torch import Training, cosine, main, nchw, set_rate, world


class Gru(nn.Module):
    """Torch7's gated units: the reset comes before the product, and the update gate keeps the new state."""

    def __init__(self, features, hidden):
        super().__init__()
        for gate in ("update", "reset", "cand"):
            setattr(self, f"i_{gate}", nn.Linear(features, hidden))
            setattr(self, f"h_{gate}", nn.Linear(hidden, hidden))

    def forward(self, x):
        states = []
        for update, reset, candidate in zip(self.i_update(x), self.i_reset(x), self.i_cand(x)):
            if not states:
                states.append(candidate.tanh())
                continue
            h = states[-1]
            u, r = (update + self.h_update(h)).sigmoid(), (reset + self.h_reset(h)).sigmoid()
            states.append(u * (candidate + self.h_cand(r * h)).tanh() + (1 - u) * h)
        return torch.stack(states)  # [steps, n, hidden]


class ReluRnn(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        self.i2h, self.h2h = nn.Linear(features, hidden), nn.Linear(hidden, hidden)

    def forward(self, x):
        states = []
        for from_x in self.i2h(x):
            states.append((from_x + self.h2h(states[-1]) if states else from_x).relu())
        return torch.stack(states)  # [steps, n, hidden]


def one_hot(ids, symbols, like):
    """Symbols are numbered from 1; 0 is none. Returns [n, symbols, length]."""
    return F.one_hot(ids.long(), symbols + 1)[:, :, 1:].transpose(1, 2).to(like.dtype)


class CharCnnRnn(nn.Module):
    def __init__(self, config, symbols):
        super().__init__()
        c1, c2, c3 = config["channels"]
        self.config = config
        self.conv1, self.conv2, self.conv3 = nn.Conv1d(symbols, c1, 4), nn.Conv1d(c1, c2, 4), nn.Conv1d(c2, c3, 4)
        self.rnn = (Gru if config["recurrent"] == "gru" else ReluRnn)(c3, config["hidden"])
        self.proj = nn.Linear(config["hidden"], config["embedding"])

    def forward(self, ids):
        x = one_hot(ids, self.conv1.in_channels, self.proj.weight)
        x = F.max_pool1d(self.conv1(x).relu(), 3)
        x = F.max_pool1d(self.conv2(x).relu(), 3)
        x = self.conv3(x).relu()
        if self.config["pool3"]:
            x = F.max_pool1d(x, 3, 2)
        states = self.rnn(x.permute(2, 0, 1))
        return self.proj(states.mean(0) if self.config["states"] == "mean" else states[-1])  # [n, embedding]


class WordCnnRnn(nn.Module):
    def __init__(self, config):
        super().__init__()
        symbols, c = len(config["vocabulary"]), config["channels"]
        self.conv1, self.conv2, self.conv3 = nn.Conv1d(symbols, c, 3), nn.Conv1d(c, c, 2), nn.Conv1d(c, c, 2)
        self.rnn = ReluRnn(c, config["hidden"])
        self.proj = nn.Linear(config["hidden"], config["embedding"])

    def forward(self, ids):
        x = self.conv1(one_hot(ids, self.conv1.in_channels, self.proj.weight)).relu()
        x = F.max_pool1d(self.conv2(x).relu(), 3)
        x = self.conv3(x).relu()
        return self.proj(self.rnn(x.permute(2, 0, 1)).mean(0))  # [n, embedding]


class VectorSide(nn.Module):
    def __init__(self, features, embedding):
        super().__init__()
        self.proj = nn.Linear(features, embedding)

    def forward(self, vectors):
        return self.proj(vectors)


class PictureSide(nn.Module):
    def __init__(self, size, width, embedding):
        super().__init__()
        channels = [3, width, 2 * width, 4 * width, 6 * width]
        pairs = list(zip(channels, channels[1:]))
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1, bias=False) for a, b in pairs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for _, b in pairs)
        self.proj = nn.Linear(6 * width * (size // 16) ** 2, embedding)

    def forward(self, x):
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(x)).relu()
        return self.proj(x.permute(0, 2, 3, 1).flatten(1))  # channels last in the weights


def joint_embedding(images, texts):
    """Violations of a margin of 1, of images against the texts of others and of texts against the images of others."""
    scores, own = images @ texts.T, (images * texts).sum(1)
    others = 1 - torch.eye(len(scores), dtype=scores.dtype, device=scores.device)
    return tuple(((scores - against + 1).relu() * others).sum() / len(scores) ** 2 for against in (own[:, None], own))


class EncoderTraining(Training):
    ALPHABET = 70

    def __init__(self, recipe, device):
        if world() > 1:
            raise SystemExit("each caption is compared with the whole batch: use one process")
        form, side = recipe["form"], recipe["side"]
        config = form["config"]
        text = CharCnnRnn(config, self.ALPHABET) if form["kind"] == "char-cnn-rnn" else WordCnnRnn(config)
        parts = {"text": text}
        if side == "features":
            parts["image"] = VectorSide(recipe["features"], config["embedding"])
        elif side == "pictures":
            parts["image"] = PictureSide(recipe["size"], recipe["width"], config["embedding"])
        text.requires_grad_(not recipe["frozen"])
        self.parts = nn.ModuleDict(parts).to(device).train()
        learning = [p for p in self.parts.parameters() if p.requires_grad]
        super().__init__(recipe, {"": self.parts}, {"": optimizer_of(recipe, learning)})

    def images(self, beside):
        side = self.recipe["side"]
        if side == "captions":
            return self.parts["text"](beside)
        if side == "vectors":
            return beside
        if side == "features":
            return self.parts["image"](beside)
        pictures = nchw(beside)
        change = Augmentation(["translation", "cutout"], pictures, self.recipe["seed"], self.step, 0)
        return self.parts["image"](change(pictures))

    def update(self, batch):
        recipe, optimizer = self.recipe, self.optimizers[""]
        texts, images = self.parts["text"](batch["ids"]), self.images(batch["beside"])
        of_images, of_texts = joint_embedding(images, texts)
        loss = of_texts if recipe["side"] == "captions" else of_images + of_texts
        set_rate(optimizer, lr=rate_at(recipe, self.step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if recipe["optimizer"] == "rmsprop":
            # ganvas keeps the last direction too, which counts for nothing without momentum.
            for p, state in optimizer.state.items():
                state["momentum_buffer"] = p.grad / (state["square_avg"].sqrt() + 1e-8)
        nearest = (texts @ images.T).argmax(1)
        right = nearest == torch.arange(len(nearest), device=nearest.device)
        return {"loss": loss, "accuracy": right.double().mean()}


def optimizer_of(recipe, parameters):
    if recipe["optimizer"] == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=recipe["lr"])
    if recipe["optimizer"] == "adam":
        return torch.optim.Adam(parameters, lr=recipe["lr"], betas=(0.5, 0.999))
    return torch.optim.AdamW(parameters, lr=recipe["lr"], weight_decay=recipe["weightDecay"])


def rate_at(recipe, step):
    if recipe["decayEvery"] == "cosine":
        return cosine(recipe["lr"], recipe["lr"] / 100, recipe["steps"], step)
    return recipe["lr"] * recipe["decay"] ** (step // recipe["decayEvery"])


if __name__ == "__main__":
    main(EncoderTraining, __doc__)

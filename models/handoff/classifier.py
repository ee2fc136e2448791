"""The classifier that judges samples, in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import torch
import torch.nn.functional as F
from torch import nn

from game import Augmentation
from ganvas_torch import Training, cosine, main, nchw, set_rate


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.norm(self.conv(x)).relu()


class Classifier(nn.Module):
    def __init__(self, channels, stages, classes):
        super().__init__()
        self.stages, width = nn.ModuleList(), channels
        for widths in stages:
            inputs = [width, *widths]
            self.stages.append(nn.Sequential(*(Block(a, b) for a, b in zip(inputs, widths))))
            width = widths[-1]
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        for k, stage in enumerate(self.stages):
            x = stage(F.max_pool2d(x, 2) if k else x)
        return self.head(x.mean((2, 3)))  # [n, classes], logits


class ClassifierTraining(Training):
    def __init__(self, recipe, device):
        network = Classifier(**recipe["network"]).to(device).train()
        adam = torch.optim.AdamW(network.parameters(), lr=recipe["lr"], weight_decay=recipe["weightDecay"])
        super().__init__(recipe, {"": network}, {"": adam})
        self.network = self.distributed(network)

    def update(self, batch):
        recipe, adam = self.recipe, self.optimizers[""]
        pictures, classes = nchw(batch["picture"]), batch["label"].argmax(1)
        change = Augmentation(recipe["augment"], pictures, recipe["seed"], self.step, 0)
        logits = self.network(change(pictures))
        loss = F.cross_entropy(logits, classes)
        set_rate(adam, lr=cosine(recipe["lr"], recipe["lr"] / 1000, recipe["steps"], self.step))
        adam.zero_grad()
        loss.backward()
        adam.step()
        return {"loss": loss, "accuracy": (logits.argmax(1) == classes).double().mean()}


if __name__ == "__main__":
    main(ClassifierTraining, __doc__)

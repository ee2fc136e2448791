"""SRResNet (Ledig et al. 2017) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import torch
import torch.nn.functional as F
from torch import nn

from ganvas_torch import Training, cosine, main, nchw, set_rate


def conv(inputs, outputs, kernel, network, bias=True):
    mode = network["padding"]
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias, padding_mode=mode)


class Block(nn.Module):
    def __init__(self, width, slopes, network):
        super().__init__()
        self.conv1 = conv(width, width, 3, network, network["convBias"])
        self.bn1 = nn.BatchNorm2d(width)
        self.act = nn.PReLU(slopes)
        self.conv2 = conv(width, width, 3, network, network["convBias"])
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x):
        return x + self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))


class Upsample(nn.Module):
    """Doubles the size by sub-pixel convolution."""

    def __init__(self, width, slopes, network):
        super().__init__()
        self.conv = conv(width, 4 * width, 3, network)
        self.act = nn.PReLU(slopes)

    def forward(self, x):
        return self.act(F.pixel_shuffle(self.conv(x), 2))


class Deconv(nn.Module):
    """Doubles the size as in the paper's first version."""

    def __init__(self, width):
        super().__init__()
        self.deconv = nn.ConvTranspose2d(width, width, 3, stride=2, padding=1, output_padding=1)

    def forward(self, x):
        return self.deconv(x).relu()


class SRResNet(nn.Module):
    def __init__(self, network):
        super().__init__()
        width = network["width"]
        slopes = width if network["prelu"] == "per-channel" else 1
        self.output = network["output"]
        self.head = nn.ModuleDict({"conv": conv(3, width, 9, network), "act": nn.PReLU(slopes)})
        self.body = nn.ModuleList(Block(width, slopes, network) for _ in range(network["numBlocks"]))
        self.trunk = nn.ModuleDict({"conv": conv(width, width, 3, network, network["convBias"])})
        if network["trunkEnd"] == "bn":
            self.trunk["bn"] = nn.BatchNorm2d(width)
        else:
            self.trunk["act"] = nn.PReLU(slopes)
        subpixel = network["upsample"] == "subpixel"
        self.up = nn.ModuleList(Upsample(width, slopes, network) if subpixel else Deconv(width) for _ in range(2))
        self.tail = conv(width, 3, 9, network)

    def forward(self, lr):
        first = x = self.head["act"](self.head["conv"](lr))  # [n, c, h, w]
        for block in self.body:
            x = block(x)
        for layer in self.trunk.values():
            x = layer(x)
        x = x + first
        for up in self.up:
            x = up(x)  # [n, c, 2h, 2w], [n, c, 4h, 4w]
        y = self.tail(x)
        return (y.tanh() + 1) / 2 if self.output == "tanh01" else y  # [n, 3, 4h, 4w]


def learning_rate(lr, schedule, steps, step):
    if schedule == "cosine":
        return cosine(lr, lr / 100, steps, step)
    return lr / 10 if schedule == "drop" and step >= steps / 2 else lr


class SRResNetTraining(Training):
    def __init__(self, recipe, device):
        network = SRResNet(recipe["network"]).to(device).train()
        adam = torch.optim.Adam(network.parameters(), lr=recipe["lr"])
        super().__init__(recipe, {"": network}, {"": adam})
        self.network = self.distributed(network)

    def update(self, batch):
        recipe, adam = self.recipe, self.optimizers[""]
        set_rate(adam, lr=learning_rate(recipe["lr"], recipe["schedule"], recipe["steps"], self.step))
        loss = F.mse_loss(self.network(nchw(batch["lr"])), nchw(batch["hr"]))
        adam.zero_grad()
        loss.backward()
        adam.step()
        return {"loss": loss}


if __name__ == "__main__":
    main(SRResNetTraining, __doc__)

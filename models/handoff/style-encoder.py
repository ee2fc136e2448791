"""The style encoder of text to image (Reed et al., ICML 2016, section 4.4) in PyTorch, going on where ganvas stopped.

    python train.py              torchrun --nproc_per_node 4 train.py              python train.py --check
"""
import json

import torch

from ganvas_torch import Rng, Training, constants, cosine, main, nchw, set_rate
from text2image import StyleEncoder, Told, generator_of, noise_of, style_of

NOISE = 0x6A21


class StyleTraining(Training):
    def __init__(self, recipe, device):
        weights, metadata = constants(device)
        self.form = json.loads(metadata["generator"])
        self.generator = generator_of(self.form).to(device).eval().requires_grad_(False)
        self.generator.load_state_dict(weights, strict=False)  # but for num_batches_tracked
        style = StyleEncoder(recipe["ndf"], recipe["latentDim"]).to(device).train()
        adam = torch.optim.Adam(style.parameters(), lr=recipe["lr"], betas=(0.5, 0.999))
        super().__init__(recipe, {"style.": style}, {"style.": adam}, state_prefix={"style.": ""})
        self.style, self.noise = self.distributed(style), Rng(recipe["seed"], NOISE)

    def update(self, batch):
        text, latent, adam = batch["text"], self.recipe["latentDim"], self.optimizers["style."]
        self.noise.at(self.step)
        z = noise_of(self.noise, self.form, Told(text, style_of(self.form, batch)), text)
        made, n = self.generator(z, text), len(text)
        if self.recipe.get("real"):
            # Read together with the others, so that batch norm's statistics are of both kinds.
            styles, code = self.style(torch.cat([made, nchw(batch["picture"])])), batch["pictureStyle"]
            reading = (z - styles[:n]).square().sum(1).mean()
            loss = reading + (0.9 * code - styles[n:, : code.shape[1]]).square().sum(1).mean()
        else:
            loss = reading = (z - self.style(made)).square().sum(1).mean()
        set_rate(adam, lr=cosine(self.recipe["lr"], self.recipe["lr"] / 100, self.recipe["steps"], self.step))
        adam.zero_grad()
        loss.backward()
        adam.step()
        return {"loss": loss, "read": 1 - reading / latent}


if __name__ == "__main__":
    main(StyleTraining, __doc__)

"""What handed-over trainings share: ganvas's files, random numbers and batches, and the loop around an update.

Needs NumPy and PyTorch alone. Random numbers are functions of (seed, update, place), so every process draws the same ones and
takes its own rows: a run by torchrun makes the same updates as one process does.
"""
import argparse
import json
import math
import os
import sys

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

HERE = os.path.dirname(os.path.abspath(__file__))
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I32": "<i4", "U32": "<u4", "U8": "u1"}


# Files


def read_safetensors(path):
    """Tensors of a file by name, mapped into memory, and its metadata."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    metadata = header.pop("__metadata__", {})
    data = np.memmap(path, np.uint8, "r", offset=8 + length) if header else None

    def tensor(entry):
        begin, end = entry["data_offsets"]
        return data[begin:end].view(DTYPES[entry["dtype"]]).reshape(entry["shape"])

    return {name: tensor(entry) for name, entry in header.items()}, metadata


def write_safetensors(path, tensors, metadata):
    """Writes beside the place first, so that the old file stays until the new one is whole."""
    names = {np.dtype(code): name for name, code in DTYPES.items()}
    header, offset = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        entry = {"dtype": names[array.dtype], "shape": list(array.shape)}
        header[name] = {**entry, "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".part", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array).tobytes())
    os.replace(path + ".part", path)


# Processes


def world():
    return dist.get_world_size() if dist.is_initialized() else 1


def rank():
    return dist.get_rank() if dist.is_initialized() else 0


def share(rows):
    """The rows of the whole batch that are this process's."""
    n = len(rows) // world()
    return rows[rank() * n : (rank() + 1) * n]


def mean_of_all(number):
    """The mean over all processes of a number that nothing is learnt through."""
    number = number.detach().clone()
    if world() > 1:
        dist.all_reduce(number)
    return number / world()


# Random numbers


def philox(counter, seed):
    """Philox4x32-10 (Salmon et al. 2011): four words for each counter of four, which may be arrays."""
    c = [np.asarray(word, np.uint64) for word in np.broadcast_arrays(*counter)]
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first, second = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [
            (second >> shift) ^ c[1] ^ np.uint64(key[0]),
            second & low,
            (first >> shift) ^ c[3] ^ np.uint64(key[1]),
            first & low,
        ]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


class Rng:
    """Random tensors of an update, drawn one after the other. The first axis is the batch's: of the whole one's rows, ours."""

    def __init__(self, seed, purpose):
        self.seed, self.purpose, self.step, self.call = seed, purpose, 0, 0

    def at(self, step):
        self.step, self.call = step, 0

    def words(self, size):
        blocks = np.arange(-(-size // 4))
        words = philox((blocks, self.step, self.call, self.purpose), self.seed)
        self.call += 1
        return np.stack(words, 1)  # [blocks, 4]

    def rows(self, shape, numbers):
        whole = (shape[0] * world(), *shape[1:])
        drawn = numbers(self.words(math.prod(whole))).reshape(-1)[: math.prod(whole)].reshape(whole)
        return share(drawn)

    def uniform(self, shape, like, low=0.0, high=1.0):
        """Uniform in [low, high), 24 bits each; on the device and of the type of `like`."""
        unit = self.rows(shape, lambda words: (words >> np.uint64(8)) / 2.0**24)
        return torch.as_tensor(unit, dtype=like.dtype, device=like.device) * (high - low) + low

    def normal(self, shape, like):
        """Normal (Box and Muller 1958), in the precision of `like` as ganvas's shader has it in float32."""
        real = np.float64 if like.dtype == torch.float64 else np.float32

        def pairs(words):
            radius = np.sqrt(real(-2) * np.log((words[:, 0::2].astype(real) + real(1)) * real(2.0**-32)))
            turn = (words[:, 1::2] >> np.uint64(8)).astype(real) * real(2.0**-24)
            angle = real(2 * np.pi) * (turn - real(0.5))
            return -np.stack([radius * np.cos(angle), radius * np.sin(angle)], 2)

        return torch.as_tensor(self.rows(shape, pairs), dtype=like.dtype, device=like.device)


class Dropout(nn.Module):
    """Dropout whose masks come from a Rng."""

    def __init__(self, p, rng):
        super().__init__()
        self.p, self.rng = p, rng

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        kept = self.rng.uniform(x.shape, torch.empty(0, device=x.device, dtype=torch.float32))
        return torch.where(kept < np.float32(1 - self.p), x / (1 - self.p), torch.zeros_like(x))


# Batches


class Batches:
    """Batches that ganvas has made: fields by name, arrays of the whole batch."""

    def __init__(self, path):
        self.tensors, _ = read_safetensors(path)

    def batch(self, index):
        prefix = f"{index}/"
        fields = {name[len(prefix) :]: x for name, x in self.tensors.items() if name.startswith(prefix)}
        if not fields:
            sys.exit(f"batch {index} was not handed over; ganvas handoff takes --batches N for more")
        return fields


class Pictures:
    """A whole set of pictures, gone through in shuffled rounds as ganvas does."""

    ORDER, PLACES = 0x5B01, 0x5B02

    def __init__(self, path):
        tensors, metadata = read_safetensors(path)
        self.options = json.loads(metadata["loader"])
        self.pictures, self.labels = tensors["pictures"], tensors["labels"]
        self.order = (None, None)

    def item(self, position):
        """Fisher and Yates over each round."""
        n, seed = len(self.pictures), self.options["seed"]
        count = position // n
        if self.order[0] != count:
            order, places = np.arange(n), np.arange(n)
            words = philox((places, count, 0, self.ORDER), seed)[0]
            for i, j in enumerate(places + np.floor(words / 2.0**32 * (n - places)).astype(int)):
                order[[i, j]] = order[[j, i]]
            self.order = (count, order)
        return self.order[1][position % n]

    def batch(self, index):
        n, crop, mirror = (self.options[name] for name in ("batchSize", "crop", "mirror"))
        items = [self.item(index * n + place) for place in range(n)]
        words = philox((index, np.arange(n), 0, self.PLACES), self.options["seed"])
        cut = []
        for item, down, right, turn in zip(items, *words[:3]):
            picture = self.pictures[item]
            h, w = (crop, crop) if crop else picture.shape[:2]
            top, left = (int(word / 2.0**32 * (whole - part + 1)) for word, whole, part in
                         ((down, picture.shape[0], h), (right, picture.shape[1], w)))
            part = picture[top : top + h, left : left + w]
            cut.append(part[:, ::-1] if mirror and int(turn) & 1 else part)
        bytes_ = np.stack(cut).astype(np.float64)
        unit = self.options["range"] == "unit"
        picture = (bytes_ / 255 if unit else bytes_ / 127.5 - 1).astype(np.float32)
        label = np.eye(max(self.options["classes"], 1), dtype=np.float32)[self.labels[items]]
        return {"picture": picture, "label": label}


def source():
    """The whole set where it was handed over, else the batches."""
    whole = os.path.join(HERE, "data.safetensors")
    return Pictures(whole) if os.path.exists(whole) else Batches(os.path.join(HERE, "batches.safetensors"))


def constants(device):
    """What the updates need that nothing changes: tensors, and what the file says of them."""
    tensors, metadata = read_safetensors(os.path.join(HERE, "constants.safetensors"))
    like = torch.get_default_dtype()
    return {name: torch.as_tensor(np.array(x), dtype=like, device=device) for name, x in tensors.items()}, metadata


def nchw(pictures):
    return pictures.permute(0, 3, 1, 2).contiguous()


# Learning


def cosine(start, end, length, t):
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(t / length, 1)))


def set_rate(optimizer, **settings):
    for group in optimizer.param_groups:
        group.update(settings)


class Ema:
    """Exponential moving average of a network's parameters."""

    def __init__(self, network):
        self.parameters = dict(network.named_parameters())
        self.average = {name: p.detach().clone() for name, p in self.parameters.items()}

    @torch.no_grad()
    def update(self, beta):
        for name, average in self.average.items():
            average.lerp_(self.parameters[name], 1 - beta)


# What optimisers keep of each parameter.
KINDS = {
    torch.optim.SGD: ("momentum_buffer",),
    torch.optim.Adam: ("exp_avg", "exp_avg_sq"),
    torch.optim.AdamW: ("exp_avg", "exp_avg_sq"),
    torch.optim.RMSprop: ("square_avg", "momentum_buffer"),
}


class Training:
    """Networks and optimisers by their prefixes in the checkpoint. A system's script says what `update` does with a batch."""

    def __init__(self, recipe, networks, optimizers, average=None, state_prefix=None):
        """`state_prefix`: what an optimiser's state is called by in the file, where not as its network is."""
        self.recipe, self.networks, self.optimizers, self.average = recipe, networks, optimizers, average
        self.state_prefix = state_prefix or {}
        self.step = 0

    def distributed(self, network):
        """The network as its own update calls it: gradients are averaged over all processes, and statistics of batch norm are
        the whole batch's, which PyTorch can on GPUs alone."""
        if world() == 1:
            return network
        devices = [torch.cuda.current_device()] if torch.cuda.is_available() else None
        if devices:
            nn.SyncBatchNorm.convert_sync_batchnorm(network)
        elif rank() == 0 and any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules()):
            print("without GPUs, batch norm's statistics are those of each process's own rows", file=sys.stderr)
        return DistributedDataParallel(network, device_ids=devices, broadcast_buffers=False)

    def slots(self):
        """Everything that is kept but weights, by its name in the file: where it lies, and under which key."""
        for prefix, optimizer in self.optimizers.items():
            own = self.state_prefix.get(prefix, prefix)
            learning = {id(p) for group in optimizer.param_groups for p in group["params"]}
            for name, parameter in self.networks[prefix].named_parameters():
                for kind in KINDS[type(optimizer)] if id(parameter) in learning else ():
                    yield f"optimizer.{own}{kind}.{name}", optimizer.state[parameter], kind
        if self.average:
            for name in self.average.average:
                yield f"optimizer.ema.{name}", self.average.average, name

    def restore(self, tensors, step):
        self.step = step
        for prefix, network in self.networks.items():
            own = network.state_dict()
            for name, weight in own.items():
                if not name.endswith("num_batches_tracked"):
                    weight.copy_(torch.as_tensor(np.array(tensors[f"model.{prefix}{name}"])))
        if step > 0:
            for file_name, place, key in self.slots():
                like = next(next(iter(self.networks.values())).parameters())
                place[key] = torch.as_tensor(np.array(tensors[file_name]), dtype=like.dtype, device=like.device)
            for optimizer in self.optimizers.values():
                count = step if isinstance(optimizer, torch.optim.RMSprop) else torch.tensor(float(step))
                for state in optimizer.state.values():
                    state["step"] = count if isinstance(count, int) else count.clone()
        elif self.average:
            for name, average in self.average.average.items():
                average.copy_(torch.as_tensor(np.array(tensors[f"optimizer.ema.{name}"])))

    def state(self):
        """What a checkpoint of ganvas's holds."""
        tensors = {}
        for prefix, network in self.networks.items():
            for name, weight in network.state_dict().items():
                if not name.endswith("num_batches_tracked"):
                    tensors[f"model.{prefix}{name}"] = weight
        tensors.update({name: place[key] for name, place, key in self.slots()})
        arrays = {name: x.detach().cpu().numpy() for name, x in tensors.items()}
        owns = [self.state_prefix.get(prefix, prefix) for prefix in self.optimizers]
        steps = {f"optimizer.{own}step": np.array(self.step, np.int32) for own in owns}
        return {**arrays, **steps}


def begin(make, device, dtype):
    """The training as the checkpoint has it, and what the checkpoint says besides."""
    tensors, metadata = read_safetensors(os.path.join(HERE, "checkpoint.safetensors"))
    stored = json.loads(metadata["checkpoint"])
    torch.set_default_dtype(dtype)
    training = make(stored["options"], device)
    with torch.no_grad():
        training.restore(tensors, stored["step"])
    return training, stored


def go_on(training, batches, device, dtype):
    """One update. Returns what it measured."""
    fields = batches.batch(training.step)
    batch = {name: torch.as_tensor(np.array(share(x)), dtype=dtype, device=device) for name, x in fields.items()}
    measures = training.update(batch)
    training.step += 1
    return {name: float(x) for name, x in measures.items()}


def save(path, training, stored):
    stored = {**stored, "step": training.step, "rng": {"batch": training.step}}
    tensors = {name: x.astype(np.float32) if x.dtype == np.float64 else x for name, x in training.state().items()}
    write_safetensors(path, tensors, {"checkpoint": json.dumps(stored)})


@torch.no_grad()
def shake(training):
    """Moves every weight by as much as float32 rounds away."""
    for network in training.networks.values():
        for weight in network.parameters():
            sign = torch.arange(weight.numel(), device=weight.device).reshape(weight.shape) % 2 * 2 - 1
            weight.mul_(1 + sign * 2.0**-24)


CANCELLED = 1e-7


def check(make, numbers):
    """Compares the updates that ganvas made with PyTorch's in float64, as far as float32 is from them here. What is farther is
    compared with what float32 rounds away of the first weights alone makes of them, and told apart from the rest: what Adam divides
    by the size of a gradient that is almost 0, and activations that lie at a kink, no order of summation gets right."""
    expected, metadata = read_safetensors(os.path.join(HERE, "expected.safetensors"))
    names, count = json.loads(metadata["measures"]), len(expected["measures"])

    def updates(dtype, shaken=False):
        device = torch.device("cpu")
        training, _ = begin(make, device, dtype)
        if shaken:
            shake(training)
        handed = Batches(os.path.join(HERE, "batches.safetensors"))
        measured = [go_on(training, handed, device, dtype) for _ in range(count)]
        known = [name for name in names if name in measured[0]]
        rows = {f"measures/{name}": np.array([m[name] for m in measured]) for name in known}
        return {**training.state(), **rows}

    want_all, near_all = updates(torch.float64), updates(torch.float32)
    got_all = {name: x for name, x in expected.items() if name != "measures"}
    for k, name in enumerate(names):
        if f"measures/{name}" in want_all:
            got_all[f"measures/{name}"] = expected["measures"][:, k]
    if set(got_all) != set(want_all):
        sys.exit(f"names differ: {sorted(set(got_all) ^ set(want_all))}")
    if numbers:
        sums = {name: [float(x.sum(dtype=np.float64)), float(np.abs(x).sum(dtype=np.float64))] for name, x in want_all.items()}
        with open(numbers, "w") as file:
            json.dump(sums, file, indent=2)

    def farther(names, others):
        """Those that are farther from float64 than these are, by more than a factor."""
        bad = []
        for name in names:
            got, want, other = (of[name].astype(np.float64) for of in (got_all, want_all, others))
            size, apart = float(np.abs(want).max()), np.abs(got - want)
            # Of gradients whose terms cancel (a bias, where only differences of answers count) float32 leaves its rounding.
            floor = CANCELLED if ".exp_avg." in name else 1e-12
            allowed = max(16 * float(np.abs(other - want).max()), 2e-6 * size, floor) + 1e-5 * np.abs(want)
            if not (apart <= allowed).all():
                bad.append(name)
        return bad

    def shares(name):
        got, want = got_all[name].astype(np.float64), want_all[name].astype(np.float64)
        return float(np.abs(got - want).max()) / max(float(np.abs(want).max()), 1e-12)

    worst = {}
    for name in want_all:
        kind = name.split(".")[0].split("/")[0]
        worst[kind] = max(worst.get(kind, (0.0, "")), (shares(name), name))
    beyond = farther(want_all, near_all)
    bad = farther(beyond, updates(torch.float64, shaken=True)) if beyond else []
    print(f"{count} updates, {len(want_all)} tensors; largest differences, as shares of the largest value:")
    for part, name in worst.values():
        print(f"  {part:.2e} in {name}")
    if bad:
        print(f"{len(bad)} farther than allowed:")
        print("\n".join(f"  {name}: {shares(name):.3g} of the largest value" for name in bad))
    elif beyond:
        print(f"{len(beyond)} farther than float32 is here, all as near as first weights rounded to float32 leave them")
    else:
        print("all as near as float32 allows")
    sys.exit(1 if bad else 0)


def main(make, about):
    """`make(recipe, device)` makes the training."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--steps", type=int, help="updates in all; by default those of the recipe")
    parser.add_argument("--out", default=os.path.join(HERE, "result.safetensors"), help="ganvas handoff --back reads it")
    parser.add_argument("--every", type=int, default=500, help="updates between two writings of the result")
    parser.add_argument("--check", action="store_true", help="compare updates with those that ganvas made")
    parser.add_argument("--numbers", metavar="FILE", help="with --check: sum and sum of sizes of every tensor, as JSON")
    options = parser.parse_args()
    if options.check:
        check(make, options.numbers)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if "RANK" in os.environ:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
        if device.type == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    training, stored = begin(make, device, torch.float32)
    batches = source()
    end = options.steps or stored["options"]["steps"]
    if stored["options"]["batchSize"] % world():
        sys.exit(f"a batch of {stored['options']['batchSize']} does not divide into {world()} processes")
    while training.step < end:
        measures = go_on(training, batches, device, torch.float32)
        if rank() == 0 and (training.step % options.every == 0 or training.step == end):
            save(options.out, training, stored)
            print(training.step, " ".join(f"{name} {x:.4f}" for name, x in measures.items()), flush=True)

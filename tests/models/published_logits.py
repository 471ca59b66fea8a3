"""The logits of torchvision's networks under weights that a formula gives, for ours to be compared with.

Where torchvision is installed, `python -m tests.models.published_logits` writes published_logits.json anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor, nn

FILE = Path(__file__).with_name("published_logits.json")
NETWORKS = ("alexnet", "vgg11", "vgg11_bn", "googlenet", "resnet18", "resnet50", "densenet121")
FIRST = 10  # so many of the 1000 logits are kept
PRIME = 10_007  # of the form 3k + 2, for which n -> n^3 mod PRIME leaves out no number


def numbers(shape: Iterable[int], start: int, low: float = -1.0, high: float = 1.0) -> Tensor:
    """float64 from low to high in no order to be seen, the same on every machine: n^3 mod PRIME from n = start on."""
    shape = torch.Size(shape)
    cubes = torch.arange(PRIME).add(start).remainder(PRIME).pow(3).remainder(PRIME)
    period = low + (high - low) * cubes.double() / (PRIME - 1)
    return period.repeat(-(-shape.numel() // PRIME))[: shape.numel()].view(shape)


def images() -> Tensor:
    """One, with sides of which pooling has something to round: (1, 3, 101, 83)"""
    return numbers((1, 3, 101, 83), start=0)


def with_weights(model: nn.Module) -> nn.Module:
    """The model in float64 and evaluation mode, its tensors filled in the order of their names.

    Matrices and kernels from +-sqrt(6 / fan_in) (He et al., 2015), variances and scales from 1/2 to 3/2, the rest
    from +-0.1.
    """
    weights = model.state_dict()
    names = sorted(name for name in weights if not name.endswith("num_batches_tracked"))
    for start, name in enumerate(names):
        shape = weights[name].shape
        bound = (6 / shape[1:].numel()) ** 0.5 if len(shape) > 1 else 0.1
        is_scale = len(shape) == 1 and name.endswith(("weight", "running_var"))
        low, high = (0.5, 1.5) if is_scale else (-bound, bound)
        weights[name] = numbers(shape, start, low, high)
    model.load_state_dict(weights, assign=True)
    return model.double().eval()


def logits_of_torchvision(name: str) -> dict[str, list[float]]:
    """The first logits of a network, and of the auxiliary classifiers in the middle of GoogLeNet."""
    from torchvision import models  # pyright: ignore[reportMissingImports]

    if name != "googlenet":
        return {name: first(with_weights(getattr(models, name)(weights=None))(images()))}
    model = with_weights(models.googlenet(weights=None, aux_logits=True, transform_input=True, init_weights=False))
    model.training = True  # the network alone, so that it gives all of them; its layers go on evaluating
    outputs = model(images())
    logits = {"googlenet": outputs.logits, "googlenet, aux1": outputs.aux_logits1}
    return {key: first(tensor) for key, tensor in (logits | {"googlenet, aux2": outputs.aux_logits2}).items()}


def first(logits: Tensor) -> list[float]:
    """(1, classes) -> the first few, to ten digits"""
    return [float(f"{value:.10g}") for value in logits[0, :FIRST].tolist()]


@torch.no_grad()
def main() -> None:
    import torchvision  # pyright: ignore[reportMissingImports]

    logits = {key: row for name in NETWORKS for key, row in logits_of_torchvision(name).items()}
    lines = [f"    {json.dumps(key)}: {json.dumps(row)}" for key, row in logits.items()]
    version = json.dumps(torchvision.__version__.partition("+")[0])
    FILE.write_text(f'{{\n  "torchvision": {version},\n  "logits": {{\n' + ",\n".join(lines) + "\n  }\n}\n", "utf-8")


if __name__ == "__main__":
    main()

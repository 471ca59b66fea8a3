"""ImageNet weights as torchvision publishes them: found on this machine, or downloaded and verified."""

from __future__ import annotations

from pathlib import Path

from dongshou.data.sources import File, Source
from dongshou.data.sources.files import have
from dongshou.errors import UsageError, did_you_mean

MIRROR = "https://download.pytorch.org/models"
FILES = {
    "alexnet": "alexnet-owt-7be5be79.pth",
    "vgg11": "vgg11-8a719046.pth",
    "vgg13": "vgg13-19584684.pth",
    "vgg16": "vgg16-397923af.pth",
    "vgg19": "vgg19-dcbb9e9d.pth",
    "googlenet": "googlenet-1378be20.pth",
    "resnet18": "resnet18-f37072fd.pth",
    "resnet34": "resnet34-b627a593.pth",
    "resnet50": "resnet50-0676ba61.pth",
    "densenet121": "densenet121-a639ec97.pth",
}


def imagenet_weights(name: str, progress: bool = False) -> Path:
    """The file of a network's weights for the 1000 classes of ImageNet; `load_weights` reads it.

    Looked for in the folder `imagenet-weights` of every directory named in DONGSHOU_DATA, then in the cache, then
    downloaded. `alexnet` and `googlenet` are those of variant="torchvision".
    Raises UsageError for a network without published weights, FilesNotFound when they are out of reach,
    DongshouError when the file is a wrong one.
    """
    if name not in FILES:
        known = ", ".join(FILES)
        raise UsageError(f'No ImageNet weights for "{name}".{did_you_mean(name, FILES)} There are some for {known}.')
    source = source_of(name)
    return have(source, source.files[0], progress)


def source_of(name: str) -> Source:
    """Where the file of a network comes from; the end of its name is the beginning of its sha256."""
    file = FILES[name]
    beginning = Path(file).stem.rpartition("-")[2]
    return Source(
        name=f"ImageNet weights of {name}",
        holds=f"{name} trained on the 1000 classes of ImageNet (Russakovsky et al., 2015)",
        origin=f"torchvision: {MIRROR}",
        license="BSD 3-Clause; ImageNet itself: for study",
        folder="imagenet-weights",
        files=(File(file, size=0, sha256=beginning, urls=(f"{MIRROR}/{file}",)),),
    )

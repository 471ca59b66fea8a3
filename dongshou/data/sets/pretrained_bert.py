"""BERTs that others have trained: a folder of Hugging Face, or a package of the extra `pretrained`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from dongshou.data.sources.archive import unzip
from dongshou.data.sources.files import FilesNotFound, cache_directory
from dongshou.extras import how_to_install

MINILM = "all-minilm-l6-v2"  # six layers of 384, made from a larger one (Wang et al., 2020); Apache-2.0
PACKAGES = {MINILM: "all_minilm_l6_v2"}  # whose model.zip holds the folder


def bert_folder(name: str = MINILM) -> Path:
    """The folder of a checkpoint: one of a user's own by its path, else that of a package, unpacked in the cache.

    Raises FilesNotFound where there is neither.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if name not in PACKAGES:
        raise FilesNotFound(f'No BERT "{name}": it is neither a folder nor one of {", ".join(PACKAGES)}.')
    spec = find_spec(PACKAGES[name])  # not imported: it prints
    if spec is None or spec.origin is None:
        raise FilesNotFound(f"{name} is in a package that is not installed: {how_to_install('pretrained')}")
    target = cache_directory() / name
    if not target.is_dir():
        unzip(Path(spec.origin).with_name("model.zip"), target)
    return target


def is_installed(name: str = MINILM) -> bool:
    return find_spec(PACKAGES[name]) is not None

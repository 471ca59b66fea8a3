"""How an extra of this package is installed: from where the package itself came."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

NAME = "dongshou"
SOURCES = Path(__file__).parents[1]


def how_to_install(extra: str) -> str:
    """The command that brings the extra: from the clone where this is one, else from the index or the address.

    The standard `direct_url.json` of an installed package says where it came from (PEP 610).
    """
    origin = direct_url()
    if origin is None:
        if not (SOURCES / "pyproject.toml").is_file():  # installed from an index
            return f"pip install '{NAME}[{extra}]'"
        return f"pip install -e '{SOURCES}[{extra}]'"
    if "dir_info" in origin:
        folder = url2pathname(urlparse(origin["url"]).path)
        editable = "-e " if origin["dir_info"].get("editable") else ""
        return f"pip install {editable}'{folder}[{extra}]'"
    scheme = f"{origin['vcs_info']['vcs']}+" if "vcs_info" in origin else ""
    return f"pip install '{NAME}[{extra}] @ {scheme}{origin['url']}'"


def direct_url() -> dict | None:
    """Where the package was installed from; None where that was an index, or it is not installed at all."""
    try:
        written = distribution(NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    return json.loads(written) if written else None

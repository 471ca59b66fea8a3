"""Where every data set comes from: its files, their sizes and hashes, their mirrors and its licence."""

from dongshou.data.sources.images import IMAGES
from dongshou.data.sources.labelled_texts import LABELLED_TEXTS
from dongshou.data.sources.source import File, Source
from dongshou.data.sources.tables import TABLES
from dongshou.data.sources.texts import TEXTS
from dongshou.errors import UsageError, did_you_mean

__all__ = ["SOURCES", "File", "Source", "get_source"]

SOURCES: dict[str, Source] = {source.name: source for source in (*IMAGES, *TABLES, *TEXTS, *LABELLED_TEXTS)}


def get_source(name: str) -> Source:
    """The declaration of a data set. Raises UsageError, with the nearest right names, when there is none."""
    if name not in SOURCES:
        raise UsageError(f'No data set "{name}".{did_you_mean(name, SOURCES)} The data sets: {", ".join(SOURCES)}.')
    return SOURCES[name]

"""Experiments that stand in a user's own files, `my_experiment.py:deep`, or in a notebook."""

from dongshou.experiments.own.address import Address, address_in
from dongshou.experiments.own.source import MAIN, OWN, Source, read_source

__all__ = ["MAIN", "OWN", "Address", "Source", "address_in", "read_source"]

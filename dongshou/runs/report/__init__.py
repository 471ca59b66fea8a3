"""RESULTS.md and the pages behind it: written by the program from the files of results, never by hand."""

from dongshou.runs.report.pages import pages

__all__ = ["pages"]

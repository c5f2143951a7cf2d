"""Labelbox's own import lines -> LabelledVideo, validated on the way."""

from labelferry.sources.ndjson.reader import NdjsonLabels, read, read_line

__all__ = ["NdjsonLabels", "read", "read_line"]

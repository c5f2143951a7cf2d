"""Labelbox's own import lines -> LabelledVideo, validated on the way."""

from labelferry.sources.ndjson.reader import NdjsonLabels, read

__all__ = ["NdjsonLabels", "read"]

"""Labelled videos -> NDJSON lines with stable ids."""

from labelferry.ndjson.encode import Line, encode

__all__ = ["Line", "encode"]

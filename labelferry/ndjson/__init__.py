"""Labelled videos -> NDJSON lines with stable ids."""

from labelferry.ndjson.encode import Line, encode, of_generation, with_uuid

__all__ = ["Line", "encode", "of_generation", "with_uuid"]

"""The import line: labelled videos -> lines with stable ids, and lines -> labelled videos."""

from labelferry.ndjson.encode import ImportLine, encode, of_generation, with_uuid
from labelferry.ndjson.heading import Heading, read_heading
from labelferry.ndjson.line import ROW, LineKind, has_older_key, is_line, read_line

__all__ = [
    "ROW",
    "Heading",
    "ImportLine",
    "LineKind",
    "encode",
    "has_older_key",
    "is_line",
    "of_generation",
    "read_heading",
    "read_line",
    "with_uuid",
]

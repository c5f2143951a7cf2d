"""labelferry/sources/registry.py -> docs/reference/formats.md: what each format is recognised by, and what is read."""

from collections.abc import Iterator

from docs.generate.markdown import generated, prose, table
from labelferry.reports.formats import listed

__all__ = ["lines"]


def lines() -> Iterator[str]:
    """Yield the page, line by line."""
    yield from generated("Formats of labels", "labelferry/sources/registry.py")
    yield "`labelferry.read(path)` recognises the format of a file, a folder or a zip archive; a spec names it with"
    yield "`format:`, and [the spec](spec.md#labels) lists the options of each. `labelferry formats` prints this page."
    yield "Shapes that Labelbox cannot hold on video are counted and an error, until the entry says"
    yield "`unrepresentable: rasterize`, `envelope` or `drop`."
    yield ""
    head = ("format", "recognised by", "read", "left out")
    rows = ((f"`{each['format']}`", *(prose(each[name]) for name in head[1:2]), prose(each["read"]),
             prose(each["left out"])) for each in listed())  # fmt: skip
    yield from table(head, rows)

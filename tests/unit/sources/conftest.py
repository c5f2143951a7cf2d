"""Reading a text as a file of some format, and the findings left behind."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from labelferry.files.reach import Reach
from labelferry.model import LabelledVideo
from labelferry.model.findings import Finding
from labelferry.model.media import Media
from labelferry.sources.registry import LabelsUnion, read_labels
from labelferry.sources.source import Source

ENTRIES: TypeAdapter[Any] = TypeAdapter(LabelsUnion)

Read = Callable[..., list[LabelledVideo]]


@pytest.fixture
def notes() -> list[Finding]:
    return []


@pytest.fixture
def read(tmp_path: Path, notes: list[Finding]) -> Read:
    """Write ``content`` next to an imaginary spec and read it with the given options."""

    def reading(content: str | bytes, media: Mapping[str, Media] | None = None, **options: Any) -> list[LabelledVideo]:
        path = tmp_path / options["path"]
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        entry = ENTRIES.validate_python(options)
        return list(read_labels(Source(entry, (entry.path,), Reach(tmp_path), notes.append, media or {})))

    return reading

"""Code -> the pages of ``docs/reference``: with the names, defaults and texts of the code itself."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from docs.generate import checks, cli, formats, settings, spec

__all__ = ["FOLDER", "PAGES", "text"]

FOLDER = Path(__file__).resolve().parents[1] / "reference"

PAGES: Mapping[str, Callable[[], Iterable[str]]] = {
    "spec.md": spec.lines,
    "formats.md": formats.lines,
    "settings.md": settings.lines,
    "cli.md": cli.lines,
    "checks.md": checks.lines,
}


def text(page: str) -> str:
    """Return the whole page, as its file should contain it."""
    return "\n".join(PAGES[page]()) + "\n"

"""A file or folder -> the format that it most likely has."""

from pathlib import Path

from labelferry.errors import SourceError
from labelferry.sources.glance import Glance
from labelferry.sources.reader import Guess, Reader
from labelferry.sources.registry import READERS

__all__ = ["Recognised", "recognise"]

TIE = 0.05
"""Two formats whose certainty differs by less cannot be told apart."""

Recognised = tuple[Reader, Guess]  # type: ignore[type-arg]


def recognise(path: Path) -> Recognised | None:
    """Return the format of a file or folder, and how it was recognised; None when no format fits.

    Raises:
        SourceError: when several formats fit alike; it names them.
    """
    look = Glance(path)
    fits = [(reader, guess) for reader in READERS if (guess := reader.recognise(look)) is not None]
    if not fits:
        return None
    best = max(fits, key=lambda fit: fit[1].certainty)
    alike = [reader.format for reader, guess in fits if best[1].certainty - guess.certainty < TIE]
    if len(alike) > 1:
        raise SourceError(f"{path}: could be {' or '.join(alike)}; say which, as in format={alike[0]!r}")
    return best

"""Strict construction for the public annotation classes: a misspelt or missing keyword is an error that names it."""

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from msgspec import Struct

from labelferry.errors import AnnotationError

__all__ = ["Strict", "StrictMeta", "refuse_arguments"]


class StrictMeta(type):
    """Metaclass that turns Python's TypeError about keywords into one that names the class and the nearest keyword.

    It acts only on an error that Python has raised, but passing the call on costs as much as a dataclass's own
    construction. The classes that a video has by the hundred thousand call ``refuse_arguments`` instead.
    """

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: D102
        try:
            return super().__call__(*args, **kwargs)
        except TypeError as error:
            problem = _keyword_problem(cls, len(args), kwargs)
            if problem is None:
                raise
            raise AnnotationError(problem) from error


class Strict(metaclass=StrictMeta):
    """Base of the public annotation classes."""

    __slots__ = ()


def refuse_arguments(cls: Any, unknown: Mapping[str, object], **given: object) -> None:
    """Refuse what a constructor was called with, as ``Strict`` does.

    Args:
        cls: the class.
        unknown: keywords that it does not have.
        given: its mandatory arguments, ``MISSING`` where there is none.

    Raises:
        AnnotationError: when a keyword is unknown or an argument is missing.
    """
    named = {name: value for name, value in given.items() if value is not MISSING}
    if problem := _keyword_problem(cls, 0, {**named, **unknown}):
        raise AnnotationError(problem)


def _keyword_problem(cls: Any, positional: int, kwargs: Mapping[str, Any]) -> str | None:
    known = _parameters(cls)
    for name in kwargs:
        if name not in known:
            return f"{cls.__name__}: unknown argument '{name}'; {_advice(cls, name, list(known))}"
    for name in list(known)[positional:]:
        if known[name] and name not in kwargs:
            return f"{cls.__name__}: argument '{name}' is missing; it takes {', '.join(known)}"
    return None


def _parameters(cls: Any) -> dict[str, bool]:
    """Return the arguments of a class, and whether each must be given."""
    if issubclass(cls, Struct):
        return dict.fromkeys(cls.__struct_fields__, True)
    return {each.name: each.default is MISSING and each.default_factory is MISSING for each in fields(cls)}


def _advice(cls: Any, name: str, known: list[str]) -> str:
    if name in getattr(cls, "UNSUPPORTED", {}):
        return str(cls.UNSUPPORTED[name])
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"it takes {', '.join(known)}"

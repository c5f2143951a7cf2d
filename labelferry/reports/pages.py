"""A template and values -> an HTML page that opens anywhere: it needs no other file, no network and no script.

Every text in a template is escaped, and each page has a content security policy of its own, so that the browser loads
nothing, whatever a name or a message contains.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from labelferry.listing import counted

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def render(template: str, **values: object) -> str:
    """Return the page of a template in this folder."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> "Environment":
    """The templates, each of which is compiled once."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    return environment


def _printable(value: object) -> object:
    """Replace control characters, which names may contain but HTML may not."""
    return CONTROL.sub("\ufffd", value) if type(value) is str else value

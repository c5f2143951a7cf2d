"""The places of a spec: a file, a URL, a text, a form or a notebook, each trusted as far as its author."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labelferry.files.reach import Reach
from labelferry.printable import masked
from labelferry.spec.fetch import fetch_text
from labelferry.spec.loaded import LoadedSpec
from labelferry.spec.model import Spec, is_text

__all__ = ["load_own_spec", "load_spec"]


def load_spec(spec: Spec | str | Path, specs: Path | None = None) -> LoadedSpec:
    """Load a spec that was filled in or pasted, or from a path or URL.

    Args:
        spec: the spec, or its place. In a spec file, paths are relative to its folder.
        specs: the folder that any other spec may read, and that its paths are relative to; None lets it read nothing.

    Raises:
        SpecError: when it cannot be fetched or is invalid.
    """
    if isinstance(spec, Spec):
        return LoadedSpec.from_form(spec, specs)
    if isinstance(spec, Path):
        return LoadedSpec.from_file(spec)
    if is_text(spec):
        return LoadedSpec.from_text(spec, "pasted spec", specs)
    if spec.startswith(("http://", "https://")):
        return LoadedSpec.from_text(fetch_text(spec), masked(spec), specs)
    return LoadedSpec.from_file(Path(spec))


def load_own_spec(spec: Spec | Mapping[str, Any] | str | Path, specs: Path | None = None) -> LoadedSpec:
    """Load a spec that its owner gives in Python; its paths are relative to the working folder.

    Args:
        spec: the spec as a value or a mapping, which may read what its owner may; otherwise as for ``load_spec``.
        specs: what a spec from a URL may read.

    Raises:
        SpecError: when it cannot be fetched or is invalid.
    """
    if isinstance(spec, Mapping):
        return LoadedSpec.from_mapping(spec, Path.cwd())
    if isinstance(spec, Spec):
        return LoadedSpec(spec, Reach(Path.cwd()))
    return load_spec(spec, specs)

"""A spec's text, or what somebody filled in -> a validated spec; what is wrong is said with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from labelferry.errors import SpecError
from labelferry.located import Located, load, read
from labelferry.spec import OPEN, Decisions, Spec

__all__ = ["LoadedSpec"]


@dataclass(frozen=True, slots=True)
class LoadedSpec:
    """A spec and where it came from.

    Args:
        spec: the validated spec.
        base: folder that its paths are relative to.
        trusted: whether it is a file on this machine; only then may it name Python files, which are run.
    """

    spec: Spec
    base: Path
    trusted: bool

    @classmethod
    def from_file(cls, path: Path) -> "LoadedSpec":
        """Read a spec from a YAML or JSON file.

        Raises:
            SpecError: with file and line, when it cannot be read or says something that a spec has no place for.
        """
        if not path.is_file():
            raise SpecError(f"{path}: no such spec; give the path of a YAML file")
        return cls(_validate(load(path), str(path)), path.absolute().parent, trusted=True)

    @classmethod
    def from_text(cls, text: str, source: str, base: Path) -> "LoadedSpec":
        """Read a spec that came as text, pasted or from an address; it may not name files of code.

        Raises:
            SpecError: with ``source`` and line, when it does, or says something that a spec has no place for.
        """
        return cls.from_form(_validate(read(text, source), source), base)

    @classmethod
    def from_form(cls, spec: Spec, base: Path) -> "LoadedSpec":
        """Take a spec that somebody filled in; it may not name files of code.

        Raises:
            SpecError: when it does.
        """
        if any(entry.format == "python" for entry in spec.labels):
            raise SpecError("labels: format python runs code, so it is taken only from a spec file on this machine")
        return cls(spec, base, trusted=False)

    def decided(self, decisions: Decisions) -> "LoadedSpec":
        """The same spec with what somebody decided for this run.

        Raises:
            SpecError: when a decision does not go with what the spec imports.
        """
        chosen = {policy: choice for policy, choice in decisions.model_dump().items() if choice != OPEN}
        if not chosen:
            return self
        try:
            spec = Spec.model_validate(self.spec.model_dump(by_alias=True) | chosen)
        except ValidationError as error:
            texts = (str(problem["msg"]).removeprefix("Value error, ") for problem in error.errors())
            raise SpecError(f"decisions: {'; '.join(texts)}") from error
        return LoadedSpec(spec, self.base, self.trusted)


def _validate(tree: Located, source: str) -> Spec:
    plain = _plain(tree)
    if not isinstance(plain, Mapping):
        raise SpecError(f"{source}: not a spec; it begins with a line such as name: my-onboarding")
    try:
        return Spec.model_validate(plain)
    except ValidationError as error:
        raise SpecError("\n".join(_message(tree, problem) for problem in error.errors())) from error


def _plain(tree: Located) -> Any:
    if isinstance(tree.value, dict):
        return {key: _plain(item) for key, item in tree.value.items()}
    if isinstance(tree.value, list):
        return [_plain(item) for item in tree.value]
    return tree.value


def _message(tree: Located, problem: Mapping[str, Any]) -> str:
    """One validation problem, with the line it stands on."""
    place, path, last = tree, [], len(problem["loc"]) - 1
    for number, step in enumerate(problem["loc"]):
        if _holds(place.value, step):
            place = place.value[step]
        elif not (problem["type"] == "missing" and number == last):
            continue  # the name of a union's branch, which the user never wrote
        path.append(str(step))
    text = str(problem["msg"]).removeprefix("Value error, ")
    advice = ADVICE.get(problem["type"])
    said = text[:1].lower() + text[1:] if advice is None else advice.format(**problem.get("ctx", {}))
    return f"{place}: {'.'.join(path) or 'spec'}: {said}"


def _holds(inner: Any, step: Any) -> bool:
    if isinstance(inner, list):
        return isinstance(step, int) and step < len(inner)
    return isinstance(inner, dict) and step in inner


ADVICE = {
    "extra_forbidden": "unknown key; remove it or mend its spelling",
    "missing": "missing; add it",
    "union_tag_invalid": "unknown {discriminator} '{tag}'; use one of {expected_tags}",
    "union_tag_not_found": "no {discriminator}; say what kind of file it is",
}

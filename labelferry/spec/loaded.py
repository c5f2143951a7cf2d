"""A spec's text, or a filled-in form -> a validated spec and the files that it may read; errors have their line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from labelferry.assemble import assemble
from labelferry.errors import SpecError
from labelferry.files.documents import load, read
from labelferry.files.located import Located, MappingShape
from labelferry.files.reach import Reach
from labelferry.model import LabelledVideo
from labelferry.spec import OPEN, Decisions, Spec
from labelferry.types import Label

__all__ = ["LoadedSpec"]

SHAPE = MappingShape("a spec", ("name", "dataset", "project", "ontology", "videos"), least=3)


@dataclass(frozen=True, slots=True)
class LoadedSpec:
    """A spec and where it came from.

    Args:
        spec: the validated spec.
        reach: the files that its paths lead to.
        given: labels that a mapping has as values, beside those that it names.
    """

    spec: Spec
    reach: Reach
    given: tuple[LabelledVideo, ...] = ()

    @classmethod
    def from_file(cls, path: Path) -> "LoadedSpec":
        """Read a spec from a YAML or JSON file.

        Raises:
            SpecError: with file and line, when it cannot be read or is not a valid spec.
        """
        return cls(_validate(load(path, SHAPE)), Reach(path.absolute().parent))

    @classmethod
    def from_mapping(cls, spec: Mapping[str, Any], base: Path) -> "LoadedSpec":
        """Return a spec that its owner wrote as a mapping, with the keys of the YAML file.

        Its ``labels`` may have labels as values too: labelled videos, or the guide's Label.

        Raises:
            SpecError: when it is not a valid spec.
            AnnotationError: when a Label in it cannot be written without loss.
        """
        entries, given = _apart(spec.get("labels"))
        named = spec if not given else {**spec, "labels": entries}
        return cls(_validate(_located(named)), Reach(base), given)

    @classmethod
    def from_text(cls, text: str, source: str, specs: Path | None = None) -> "LoadedSpec":
        """Read a spec from text, pasted or from a URL; see ``from_form``.

        Raises:
            SpecError: with ``source`` and line, when it is not a valid spec.
        """
        return cls.from_form(_validate(read(text, source, SHAPE)), specs)

    @classmethod
    def from_form(cls, spec: Spec, specs: Path | None = None) -> "LoadedSpec":
        """Return a spec filled in a form: it is not trusted, so it may not name files of code.

        Args:
            spec: the filled-in values.
            specs: the folder that it may read; without one it reads nothing.

        Raises:
            SpecError: when it names files of code.
        """
        if any(entry.format == "python" for entry in spec.labels):
            raise SpecError("labels: format python runs code, so it is accepted only from a spec file on this machine")
        return cls(spec, Reach(specs, confined=True))

    def decided(self, decisions: Decisions) -> "LoadedSpec":
        """Return the same spec with the decisions for this run.

        Raises:
            SpecError: when a decision does not fit what the spec imports.
        """
        chosen = {policy: choice for policy, choice in decisions.model_dump().items() if choice != OPEN}
        if not chosen:
            return self
        try:
            spec = Spec.model_validate(self.spec.model_dump(by_alias=True) | chosen)
        except ValidationError as error:
            texts = (str(problem["msg"]).removeprefix("Value error, ") for problem in error.errors())
            raise SpecError(f"decisions: {'; '.join(texts)}") from error
        return LoadedSpec(spec, self.reach, self.given)


def _apart(labels: Any) -> tuple[list[Any], tuple[LabelledVideo, ...]]:
    """Return the entries that name labels, and the labels that are there as values."""
    if not isinstance(labels, Iterable) or isinstance(labels, str | Mapping):
        return [], ()
    entries, videos, objects = [], list[LabelledVideo](), list[Label]()
    for each in labels:
        if isinstance(each, LabelledVideo):
            videos.append(each)
        elif isinstance(each, Label):
            objects.append(each)
        else:
            entries.append(each)
    return entries, (*videos, *assemble(objects, "labels of the spec"))


def _validate(tree: Located) -> Spec:
    try:
        return Spec.model_validate(_plain(tree))
    except ValidationError as error:
        raise SpecError("\n".join(_message(tree, problem) for problem in error.errors())) from None


def _located(value: Any) -> Located:
    if isinstance(value, Mapping):
        return Located({str(key): _located(item) for key, item in value.items()}, "spec")
    return Located([_located(item) for item in value] if isinstance(value, list) else value, "spec")


def _plain(tree: Located) -> Any:
    if isinstance(tree.value, dict):
        return {key: _plain(item) for key, item in tree.value.items()}
    if isinstance(tree.value, list):
        return [_plain(item) for item in tree.value]
    return tree.value


def _message(tree: Located, problem: Mapping[str, Any]) -> str:
    """Return one validation problem with its line."""
    place, path, last = tree, [], len(problem["loc"]) - 1
    for number, step in enumerate(problem["loc"]):
        if _holds(place.value, step):
            place = place.value[step]
        elif not (problem["type"] == "missing" and number == last):
            continue  # the name of a union's branch, which the user never wrote
        path.append(str(step))
    text = str(problem["msg"]).removeprefix("Value error, ")
    advice = _near(str(problem["loc"][-1])) if problem["type"] == "extra_forbidden" else ADVICE.get(problem["type"])
    said = _lowered(text) if advice is None else advice.format(**problem.get("ctx", {}))
    return f"{place}: {'.'.join(path) or 'spec'}: {said}"


def _lowered(text: str) -> str:
    """The text with a small letter at its beginning, unless that is a name in capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _near(key: str) -> str:
    near = get_close_matches(key, sorted(_keys()), n=1)
    return f"unknown key; did you mean {near[0]}? Otherwise remove it" if near else "unknown key; remove it"


@cache
def _keys() -> frozenset[str]:
    """Every key that a spec may have somewhere."""
    schema = Spec.model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    return frozenset(key for part in parts for key in part.get("properties", ()))


def _holds(inner: Any, step: Any) -> bool:
    if isinstance(inner, list):
        return isinstance(step, int) and step < len(inner)
    return isinstance(inner, dict) and step in inner


ADVICE = {
    "missing": "missing; add it",
    "union_tag_invalid": "unknown format '{tag}'; use one of {expected_tags} (labelferry formats tells about each)",
    "union_tag_not_found": "no {discriminator}; say what kind of file it is",
}

"""Names: what is public imports, and each class or type has a name of its own."""

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [path.parent for path in sorted((ROOT / "labelferry").rglob("__init__.py"))]
CORE = [path for path in sorted((ROOT / "labelferry").rglob("*.py")) if "localbox" not in path.parts]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_all_is_what_imports(package: Path) -> None:
    module = importlib.import_module(".".join(package.relative_to(ROOT).parts))
    for name in getattr(module, "__all__", ()):
        assert hasattr(module, name), name


def type_names(source: str) -> Iterator[str]:
    """The classes and type aliases of a module; constants and type variables are in capitals."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name) and _is_type(each.id))


def _is_type(name: str) -> bool:
    return name[0].isupper() and not name.isupper()


def test_a_type_has_one_name_and_a_name_one_type() -> None:
    homes = defaultdict(list)
    for path in CORE:
        for name in type_names(path.read_text("utf-8")):
            homes[name].append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}

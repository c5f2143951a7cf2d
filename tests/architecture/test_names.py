"""What is public, imports."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [path.parent for path in sorted((ROOT / "labelferry").rglob("__init__.py"))]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_all_is_what_imports(package: Path) -> None:
    module = importlib.import_module(".".join(package.relative_to(ROOT).parts))
    for name in getattr(module, "__all__", ()):
        assert hasattr(module, name), name

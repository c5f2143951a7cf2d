"""Who may import whom, and what importing costs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "labelferry"

FORBIDDEN = {
    "model": {"sources", "checks", "ndjson", "labelbox", "ledger", "desired", "onboarding", "reports", "spec"},
    "sources": {"labelbox", "ledger", "desired", "onboarding", "reports", "checks"},
    "checks": {"labelbox", "ledger", "desired", "onboarding", "reports", "sources", "ndjson", "spec"},
    "ndjson": {"assemble", "checks", "labelbox", "ledger", "onboarding", "ontology", "pictures", "desired", "reports",
               "sources", "spec", "types", "verification"},
    "labelbox": {"model", "sources", "checks", "ndjson", "ledger", "desired", "onboarding", "reports", "spec"},
    "ledger": {"model", "sources", "checks", "ndjson", "labelbox", "desired", "onboarding", "reports", "spec"},
    "desired": {"onboarding", "reports", "verification", "pictures"},
    "pictures": {"checks", "labelbox", "ledger", "onboarding", "reports", "verification"},
    "proposal": {"labelbox", "ledger", "onboarding", "reports", "pictures", "verification"},
    "verification": {"sources", "checks", "labelbox", "onboarding", "reports", "spec", "ontology"},
    "onboarding": {"reports", "pictures"},
}  # fmt: skip


def imported(path: Path) -> Iterator[str]:
    return names_in(path.read_text("utf-8"))


def names_in(source: str) -> Iterator[str]:
    """Return what a source imports: modules, and names in them, which may be modules too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


SPELLINGS = [
    "import labelferry.onboarding",
    "import labelferry.onboarding.rows as rows",
    "from labelferry import onboarding",
    "from labelferry import errors, onboarding as steps",
    "from labelferry.onboarding import rows",
    "from labelferry.onboarding.rows import create_data_rows",
    "def later():\n    from labelferry import onboarding",
    "if TYPE_CHECKING:\n    from labelferry import onboarding",
]


@pytest.mark.parametrize("source", SPELLINGS)
def test_an_import_is_seen_however_it_is_spelt(source: str) -> None:
    assert any(name.split(".")[:2] == ["labelferry", "onboarding"] for name in names_in(source))


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


OURS = ("labelferry", "flows", "tasks", "deployments", "docs", "benches", "tests")


def test_every_module_of_ours_that_is_imported_exists() -> None:
    """Branches that merge cleanly may still conflict: one renames what the other imports."""
    for path in (path for folder in OURS for path in modules(ROOT / folder)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = [node.module] if isinstance(node, ast.ImportFrom) else []
            named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in filter(None, named):
                if name.split(".")[0] in OURS:
                    place = ROOT.joinpath(*name.split("."))
                    assert place.is_dir() or place.with_suffix(".py").is_file(), f"{path}:{node.lineno}: {name}"


@pytest.mark.parametrize("room", FORBIDDEN)
def test_one_way_down(room: str) -> None:
    found = modules(CORE / room)
    assert found
    for path in found:
        for name in imported(path):
            parts = name.split(".")
            assert not (parts[0] == "labelferry" and len(parts) > 1 and parts[1] in FORBIDDEN[room]), f"{path}: {name}"


def test_localbox_is_a_stranger() -> None:
    for path in modules(CORE):
        inside = path.is_relative_to(CORE / "localbox")
        for name in imported(path):
            own = name.startswith("labelferry.localbox")
            if inside:
                assert own or not name.startswith("labelferry"), f"{path}: {name}"
            else:
                assert not own or path.is_relative_to(CORE / "cli"), f"{path}: {name}"


def test_core_has_never_heard_of_prefect() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in modules(CORE)
        if path.name != "__main__.py" and "migrations" not in path.parts  # which Alembic runs, and nothing imports
    ]
    code = "import sys, importlib\nsys.modules['prefect'] = None\n"
    code += "".join(f"importlib.import_module({name!r})\n" for name in names)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_only_settings_reads_the_environment() -> None:
    allowed = {"settings.py", "launch.py", "proxies.py"}
    for path in modules(CORE):
        if path.is_relative_to(CORE / "localbox") or path.name in allowed:
            continue
        assert "os.environ" not in path.read_text("utf-8"), path


def test_flow_files_are_named_after_their_flow() -> None:
    for path in modules(ROOT / "flows"):
        if path.name == "__init__.py":
            continue
        names = {node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}
        assert path.stem in names


def test_task_bodies_are_skins() -> None:
    for path in modules(ROOT / "tasks"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.body[0].lineno + 1 <= 15, f"{path}: {node.name}"


KEYS = {"segments", "keyframes", "imBytes", "instanceURI", "colorRGB", "customMetrics", "isBenchmarkReferenceLabel"}
"""Of an import line that nothing else has; an export has segments too."""


EXPORTS = {"exported.py", "labelbox_label.py", "assumptions.py", "darwin.py"}
"""Modules that read exports, of Labelbox or (darwin.py) of V7, whose older files have ``segments`` too."""


def test_only_one_room_knows_the_keys_of_a_line() -> None:
    for path in modules(CORE):
        if path.relative_to(CORE).parts[0] not in {"ndjson", "localbox"}:
            text = path.read_text("utf-8")
            named = {key for key in KEYS if f'"{key}"' in text}
            assert named <= ({"segments"} if path.name in EXPORTS else set()), path

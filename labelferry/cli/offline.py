"""Commands that send nothing: check, convert and formats."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from labelferry.cli.arguments import AsJson, SpecPath
from labelferry.cli.terminal import show

__all__ = ["check", "convert", "formats"]


def check(spec: SpecPath, as_json: AsJson = False) -> None:
    """Read and check everything that a spec names. Offline; nothing is written or sent."""
    from labelferry import api
    from labelferry.reports.terminal import print_check

    show(api.check(spec).to_dict(), as_json, print_check)


def convert(
    spec: SpecPath,
    out: Annotated[Path, typer.Option("--out", help="Folder for <name>.ndjson and <name>.ontology.json.")],
    as_json: AsJson = False,
) -> None:
    """Write the labels of a spec as NDJSON, and its ontology. Offline; nothing is sent."""
    import shutil

    from labelferry.api import Checked
    from labelferry.desired.build import build
    from labelferry.reports.terminal import print_check
    from labelferry.spec.load import load_spec

    with tempfile.TemporaryDirectory() as folder:
        desired = build(load_spec(spec), Path(folder))
        out.mkdir(parents=True, exist_ok=True)
        written = [out / f"{desired.spec.name}.ndjson"]
        shutil.copyfile(desired.folder / "lines.ndjson", written[0])
        if desired.ontology() is not None:
            written.append(out / f"{desired.spec.name}.ontology.json")
            shutil.copyfile(desired.folder / "ontology.json", written[1])
        result = Checked.of(desired).to_dict() | {"files": [str(path) for path in written]}
    show(result, as_json, print_check)


def formats(as_json: AsJson = False) -> None:
    """List the formats of labels: what each is recognised by, what is read of it, what an import cannot hold."""
    from labelferry.reports.formats import listed, print_formats

    show({"formats": listed()}, as_json, print_formats)

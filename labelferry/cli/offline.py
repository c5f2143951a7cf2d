"""Commands that send nothing: check, preview, convert and formats.

They are offline, unless a spec takes its videos from a project or dataset, or its labels from a Label Studio.
"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from labelferry.cli.arguments import AsJson, SpecPath
from labelferry.cli.terminal import show

__all__ = ["check", "convert", "formats", "preview"]


def check(
    spec: SpecPath,
    html: Annotated[
        Path | None, typer.Option("--html", help="File for a page with findings, classes and time lines.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read and check everything that a spec names. Nothing is sent. Offline, unless some of it is on a server."""
    from labelferry import api
    from labelferry.reports.terminal import print_check

    files = [] if html is None else [str(html)]
    show(api.check(spec, html).to_dict() | ({"files": files} if files else {}), as_json, print_check)


def preview(
    spec: SpecPath,
    out: Annotated[Path, typer.Option("--out", help="File for the page.")] = Path("preview.html"),
    mp4: Annotated[Path | None, typer.Option("--mp4", help="File for a video with its labels on it.")] = None,
    video: Annotated[str | None, typer.Option("--video", help="Global key of the only video to show.")] = None,
    videos: Annotated[int, typer.Option("--videos", min=1, max=100, help="The most videos to show.")] = 8,
    frames: Annotated[int, typer.Option("--frames", min=1, max=24, help="The most frames of each.")] = 4,
    as_json: AsJson = False,
) -> None:
    """Draw the labels of a spec on frames of its videos: a page, and a video on request. Offline; nothing is sent."""
    from labelferry import api
    from labelferry.reports.terminal import print_check

    checked = api.preview(spec, out, mp4=mp4, video=video, videos=videos, frames=frames)
    files = [str(out), *([] if mp4 is None else [str(mp4)])]
    show(checked.to_dict() | {"files": files}, as_json, print_check)


def convert(
    spec: SpecPath,
    out: Annotated[Path, typer.Option("--out", help="Folder for <name>.ndjson, <name>.ontology.json and .yaml.")],
    as_json: AsJson = False,
) -> None:
    """Write the labels of a spec as NDJSON, and its ontology, as a file to edit too. Offline; nothing is sent."""
    import shutil

    from labelferry.desired.build import build
    from labelferry.desired.checked import Checked
    from labelferry.desired.classes import editable_ontology
    from labelferry.reports.terminal import print_check
    from labelferry.work import load, service_of

    loaded = load(spec)
    with tempfile.TemporaryDirectory() as folder, service_of(loaded) as service:
        desired = build(loaded, Path(folder), service)
        out.mkdir(parents=True, exist_ok=True)
        written = [out / f"{desired.spec.name}.ndjson"]
        shutil.copyfile(desired.folder / "lines.ndjson", written[0])
        if desired.ontology() is not None:
            written.append(out / f"{desired.spec.name}.ontology.json")
            shutil.copyfile(desired.folder / "ontology.json", written[1])
            written.append(out / f"{desired.spec.name}.ontology.yaml")
            written[2].write_text(editable_ontology(desired), "utf-8")
        result = Checked.of(desired).to_dict() | {"files": [str(path) for path in written]}
    show(result, as_json, print_check)


def formats(as_json: AsJson = False) -> None:
    """List the formats of labels: what each is recognised by, what is read of it, what an import cannot hold."""
    from labelferry.reports.formats import listed, print_formats

    show({"formats": listed()}, as_json, print_formats)

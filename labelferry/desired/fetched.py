"""Labels on a server -> files, for the time that a spec is being read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from labelferry.errors import SpecError
from labelferry.files.reach import Reach
from labelferry.progress import announce
from labelferry.settings import Settings
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.label_studio import LabelStudioLabels
from labelferry.spec.loaded import LoadedSpec

__all__ = ["fetched"]


@contextmanager
def fetched(loaded: LoadedSpec) -> Iterator[LoadedSpec]:
    """Yield the spec with each project on a server as a file, which exists inside the block.

    Raises:
        SpecError: when there is no token, or the spec may not read that server.
        SourceError: when a project has no videos, or is too large.
        RemoteError: when the server cannot be reached, refuses the token or has no such project.
    """
    if not any(map(_is_served, loaded.spec.labels)):
        yield loaded
        return
    files: dict[str, Path] = {}
    with TemporaryDirectory(prefix="labelferry-") as folder:
        labels = [_at_hand(entry, loaded.reach, Path(folder), files) for entry in loaded.spec.labels]
        spec = loaded.spec.model_copy(update={"labels": labels})
        yield replace(loaded, spec=spec, reach=replace(loaded.reach, fetched=files))


def _is_served(entry: LabelsEntry) -> bool:
    return isinstance(entry, LabelStudioLabels) and entry.url is not None


def _at_hand(entry: LabelsEntry, reach: Reach, folder: Path, files: dict[str, Path]) -> LabelsEntry:
    """Return the entry as one of a file; the file is called what the project is: its URL."""
    from labelferry.sources.label_studio_server import fetch  # imported late, because it loads httpx

    if not isinstance(entry, LabelStudioLabels) or entry.url is None or entry.project is None:
        return entry
    token = _token(entry.url, reach)
    announce(f"fetching project {entry.project} from {entry.url}")
    file = folder / f"{len(files)}.json"
    place = fetch(entry.url, entry.project, token, file)
    files[place] = file
    return entry.model_copy(update={"path": place, "url": None, "project": None})


def _token(url: str, reach: Reach) -> SecretStr:
    """Return the token for a server; a spec that is not trusted sends it only where the machine's owner allows."""
    settings = Settings.from_environment()
    if reach.confined and url != settings.label_studio_url:
        raise SpecError(
            f"{url}: a pasted or fetched spec reads only the Label Studio that LABEL_STUDIO_URL names; set it to this "
            "URL on the machine that runs this, or give the path of a spec file"
        )
    if settings.label_studio_key is None:
        raise SpecError(
            f"{url}: no token for Label Studio; copy yours from its Account & Settings page and set "
            "LABEL_STUDIO_API_KEY, or LABEL_STUDIO_API_KEY_FILE"
        )
    return settings.label_studio_key

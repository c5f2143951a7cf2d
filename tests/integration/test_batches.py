"""More rows than a batch takes: several batches with names that stay, and each row in one of them."""

from pathlib import Path

from labelferry.desired.build import build
from labelferry.onboarding.context import open_onboarding
from labelferry.onboarding.steps.batch import create_batch
from labelferry.onboarding.steps.data_rows import create_data_rows
from labelferry.onboarding.steps.ontology import build_ontology
from labelferry.onboarding.steps.project import create_project
from labelferry.remote import Remote
from labelferry.settings import Settings
from labelferry.spec.loaded import LoadedSpec
from tests.localbox_server import Localbox

SPEC = """\
name: many
dataset: Many
project: {name: Many, media_type: VIDEO}
ontology: {name: Many, file: ontology.yaml}
batch: {name: many}
videos: videos.csv
"""


def brought_in(folder: Path, home: Path, localbox: Localbox, rows: int) -> tuple[str, ...]:
    """Add rows to the project, two per batch; return the batches created."""
    (folder / "many.yaml").write_text(SPEC, "utf-8")
    (folder / "ontology.yaml").write_text("tools:\n  - {tool: BBOX, name: car}\n", "utf-8")
    videos = "".join(f"many-{number},https://example.com/{number}.mp4\n" for number in range(rows))
    (folder / "videos.csv").write_text(f"global_key,row_data\n{videos}", "utf-8")
    settings = Settings.from_environment(
        {"LABELFERRY_HOME": str(home), "LABELBOX_API_KEY": localbox.key, "LABELBOX_ENDPOINT": localbox.endpoint}
    )
    desired = build(LoadedSpec.from_file(folder / "many.yaml"), settings.home).folder
    with open_onboarding(settings, Remote("localbox", localbox.endpoint), desired) as onboarding:
        create_data_rows(onboarding)
        project = create_project(onboarding, build_ontology(onboarding).id).id
        return create_batch(onboarding, project, largest=2).batches


def sizes(localbox: Localbox) -> list[tuple[str, int]]:
    with localbox.client() as client:
        (project,) = client.projects.find("Many")
        return sorted((batch.name, batch.size) for batch in client.batches.list(project.id))


def test_more_rows_than_a_batch_takes(localbox: Localbox, tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = brought_in(tmp_path, home, localbox, 5)
    assert made[0] == "many"
    assert sorted(name[:5] for name in made[1:]) == ["many-", "many-"]
    assert sorted(size for _, size in sizes(localbox)) == [1, 2, 2]
    assert brought_in(tmp_path, home, localbox, 5) == ()
    assert brought_in(tmp_path, tmp_path / "another", localbox, 5) == ()  # the ledger is lost
    (more,) = brought_in(tmp_path, home, localbox, 6)
    assert dict(sizes(localbox))[more] == 1
    assert sum(size for _, size in sizes(localbox)) == 6

    localbox.reset()
    assert brought_in(tmp_path, tmp_path / "third", localbox, 5) == made

"""A proposed spec, as plain values -> what the terminal shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from labelferry.listing import counted, shorten
from labelferry.model.findings import FindingGroup, Severity
from labelferry.reports.terminal import print_findings

__all__ = ["print_proposal"]

SHOWN = 8


def print_proposal(proposal: Mapping[str, Any], console: Console) -> None:
    """Print what was taken for what, what is asked, and where the spec is."""
    for text in _taken(proposal):
        console.print(text, markup=False, highlight=False)
    for query in proposal["questions"]:
        console.print(f"? {query['text']}", style="yellow", markup=False, highlight=False)
    warnings = (group for group in map(FindingGroup.from_dict, proposal["findings"]))
    print_findings((group for group in warnings if group.severity is Severity.WARNING), console)
    console.print(f"wrote {proposal['spec']}", markup=False, highlight=False)
    if proposal["accepted"]:
        console.print(f"next: labelferry preview {proposal['spec']}", markup=False, highlight=False)


def _taken(proposal: Mapping[str, Any]) -> Iterator[str]:
    videos, bare = proposal["videos"], proposal["videos_without_labels"]
    yield from _listed(counted(len(videos), "video"), [f"{each['path']} as {each['global_key']}" for each in videos])
    yield from _listed(counted(len(proposal["labels"]), "set") + " of labels", proposal["labels"])
    if bare:
        yield from _listed(f"{counted(len(bare), 'video')} without labels", bare)
    if unread := proposal["files_not_read"]:
        yield from _listed(f"{counted(len(unread), 'file')} not recognised as labels", unread)


def _listed(head: str, texts: list[str]) -> Iterator[str]:
    yield head
    yield from (f"  {text}" for text in shorten(texts, SHOWN))

"""How xdist shares the tests out: by whole files, or by whole suites."""

from xdist.scheduler.loadscope import LoadScopeScheduling

__all__ = ["WholeFiles"]

TOGETHER = ("up", "docs", "e2e")
"""Suites whose tests share what takes long to start."""


class WholeFiles(LoadScopeScheduling):
    """Gives each process of a parallel run whole files, or whole suites.

    xdist's own loadgroup (3.8.0) does nothing under pytest 9.2: the group that it adds to a test's id is not looked at.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        suite = file.split("/")[1]
        return suite if suite in TOGETHER else file

"""A listener receives what is announced inside the block, and earlier listeners still do."""

from labelferry.progress import announce, watching

Heard = list[tuple[str, int, int | None]]


def test_nested_listeners_both_hear() -> None:
    outer: Heard = []
    inner: Heard = []
    with watching(lambda *what: outer.append(what)):
        announce("rows", 1, 2)
        with watching(lambda *what: inner.append(what)):
            announce("lines", 2, 3)
        announce("jobs")
    announce("nobody")
    assert outer == [("rows", 1, 2), ("lines", 2, 3), ("jobs", 0, None)]
    assert inner == [("lines", 2, 3)]

"""Long lists are shortened, and what is left out is counted."""

from labelferry.listing import shorten


def test_what_fits_is_shown_whole() -> None:
    assert shorten([], 3) == []
    assert shorten(["a", "b", "c"], 3) == ["a", "b", "c"]


def test_the_rest_is_counted() -> None:
    assert shorten(["a", "b", "c"], 2) == ["a", "b", "and 1 more"]
    assert shorten([str(number) for number in range(1500)], 1, "more rows") == ["0", "and 1,499 more rows"]


def test_a_head_of_a_longer_list() -> None:
    assert shorten(["a", "b"], 5, total=2) == ["a", "b"]
    assert shorten(["a", "b"], 5, total=7) == ["a", "b", "and 5 more"]

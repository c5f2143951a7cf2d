"""When two spellings of a global key are the same key."""

__all__ = ["identity"]


def identity(key: str) -> str:
    """What two spellings of one key have in common: Labelbox does not tell upper from lower case.

    Source: https://docs.labelbox.com/reference/data-row-global-keys.
    """
    return key.strip().casefold()

"""The rules for a line of an import: pure functions from dicts to messages; no message means that the line is valid."""

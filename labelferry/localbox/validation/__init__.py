"""What is wrong with a line of an import: pure functions from dicts to messages, an empty answer meaning nothing is."""

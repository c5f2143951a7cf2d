"""The desired state: spec and sources, read, checked and encoded into a folder, row by row."""

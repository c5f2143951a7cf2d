"""The desired state: spec and sources, read, checked and encoded into a folder, one row's labels after another."""

"""The files that a path may reach, and YAML and JSON with the line of each value."""

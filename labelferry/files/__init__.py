"""What a path may reach on this machine, and YAML and JSON whose values know their line."""

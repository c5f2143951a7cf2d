"""The guide's steps, each safe to repeat: look up, claim, do, settle."""

"""Imported lines turned into the annotations of an export, frame by frame."""

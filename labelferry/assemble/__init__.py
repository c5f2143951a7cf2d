"""Annotation objects -> labelled videos: keyframes into tracks, frames into ranges, texts under parents."""

from labelferry.assemble.labels import assemble

__all__ = ["assemble"]

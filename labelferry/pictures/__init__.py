"""Labels drawn on frames of their videos: small pictures for reports."""

from labelferry.pictures.contact import contact_sheet
from labelferry.pictures.strips import Strip, draw_strips

__all__ = ["Strip", "contact_sheet", "draw_strips"]

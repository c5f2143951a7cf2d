"""Write every page that is generated from code: ``python -m docs.generate``."""

from docs.generate import FOLDER, PAGES, text

for page in PAGES:
    (FOLDER / page).write_text(text(page), "utf-8")

"""The README's picture: six frames of the demo's scene, with the boxes as they are imported."""

from pathlib import Path

from PIL import Image, ImageDraw

from labelferry import demo as scene

__all__ = ["draw_contact_sheet"]


def draw_contact_sheet(path: Path) -> None:
    """Write a picture of six frames of the scene, with the boxes as they are imported."""
    every, shown = list(scene.boxes()), (1, 15, 30, 38, 50, 75)
    sheet = Image.new("RGB", (3 * scene.WIDTH, 2 * scene.HEIGHT))
    for place, frame in enumerate(shown):
        present = [box for box in every if box.frame == frame]
        picture = Image.fromarray(scene.picture(present))
        pen = ImageDraw.Draw(picture)
        pen.text((6, 6), f"frame {frame}", fill=(20, 20, 20))
        for box in present:
            pen.rectangle(
                (box.left, box.top, box.left + box.width, box.top + box.height), outline=(20, 20, 20), width=2
            )
            pen.text((box.left + 4, box.top + 4), f"ferry {box.track}", fill=(255, 255, 255))
        sheet.paste(picture, (place % 3 * scene.WIDTH, place // 3 * scene.HEIGHT))
    sheet.save(path, optimize=True)

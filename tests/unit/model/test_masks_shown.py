"""Which instances of a mask line have pixels, when a colour stands for several."""

from labelferry.model.feature import Feature, Where
from labelferry.model.masks import Composite, MaskObject, Masks


def test_of_those_with_one_colour_the_last_named_is_shown() -> None:
    red, blue = (255, 0, 0), (0, 0, 255)
    car, road, sky = (
        MaskObject(colour, Feature(name)) for colour, name in ((red, "car"), (blue, "road"), (red, "sky"))
    )
    frames = (Composite(1, png=b"x"),)
    assert Masks(frames, (car, road, sky), Where("labels.py")).shown == (road, sky)
    assert Masks(frames, (sky, road), Where("labels.py")).shown == (sky, road)

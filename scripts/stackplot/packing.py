"""PNGs of no more channels than their pixels need: of figures, and of what an SVG embeds."""

from PIL import Image, PngImagePlugin

# A speckled picture packs a twentieth smaller at zlib's usual level, in three times the time.
_LEVEL = {"compress_level": 3}
_usual = PngImagePlugin.Image.SAVE["PNG"]


def lean() -> None:
    """Have Pillow, and so matplotlib, write all PNGs so.

    Matplotlib hands on four channels whatever they hold, and lets nobody say how those that it
    embeds are packed, which takes longer than to draw them.
    """
    Image.register_save("PNG", _save)


def thinned(image: Image.Image) -> Image.Image:
    """The same pixels without an alpha that hides nothing, and in one channel if all are grey."""
    if image.mode != "RGBA":
        return image
    red, green, blue, alpha = (channel.tobytes() for channel in image.split())
    mode = "L" if red == green == blue else "RGB"
    if alpha.count(255) < len(alpha):
        return image.convert("LA") if mode == "L" else image
    return image.convert(mode)


def _save(image: Image.Image, file, name) -> None:
    packed = thinned(image)
    packed.encoderinfo = _LEVEL | image.encoderinfo
    packed.encoderconfig = image.encoderconfig
    _usual(packed, file, name)

"""Pictures in fewer channels: the same pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from stackplot import packing


@pytest.mark.parametrize("grey", [True, False])
@pytest.mark.parametrize("opaque", [True, False])
def test_no_pixel_changes(grey, opaque):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 48, 4), dtype=np.uint8)
    pixels[0] = np.arange(0, 240, 5, dtype=np.uint8)[:, None]
    if grey:
        pixels[..., :3] = pixels[..., :1]
    if opaque:
        pixels[..., 3] = 255
    image = packing.thinned(Image.fromarray(pixels))
    modes = {(True, True): "L", (True, False): "LA", (False, True): "RGB", (False, False): "RGBA"}
    assert image.mode == modes[grey, opaque]
    np.testing.assert_array_equal(np.asarray(image.convert("RGBA")), pixels)


def test_what_is_saved_is_thin_and_keeps_what_it_is_told(tmp_path):
    packing.lean()
    packing.lean()
    pixels = np.full((8, 8, 4), 255, np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="png", dpi=(150, 150))
    with Image.open(file) as image:
        assert image.mode == "L" and image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
        np.testing.assert_array_equal(np.asarray(image.convert("RGBA")), pixels)

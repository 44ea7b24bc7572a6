"""Quicklooks: grey values on one scale, transparent where there is no data."""

import numpy as np
import pytest
from makers import read, write_scene
from matplotlib.image import imread

import quicklook
from stackshift.ground.shades import grey, reduced_shape


def test_decibels_become_grey_values():
    # -22 dB is black, 2 dB is white, -10 dB half way.
    power = np.array([[10**-2.2, 10**0.2, 10**-1.0], [0.0, np.nan, 100.0]])
    value, opaque = grey(power, "VV")
    assert value.tolist() == [[0, 255, 128], [0, 0, 255]]
    assert opaque.tolist() == [[255, 255, 255], [255, 0, 255]]


def test_cross_polarization_is_seven_decibels_darker():
    assert (
        grey(np.array([[10**-1.7]]), "VH")[0, 0, 0] == grey(np.array([[10**-1.0]]), "VV")[0, 0, 0]
    )


@pytest.mark.parametrize(
    ("size", "expected"),
    [((100, 50), (100, 50)), ((8000, 4000), (400, 200)), ((1, 4000), (1, 400))],
)
def test_a_picture_keeps_the_shape_of_its_scene(size, expected):
    assert reduced_shape(*size, 400) == expected


def test_a_picture_is_the_mean_of_the_valid_pixels(tmp_path):
    image = np.full((800, 800), 0.01, np.float32)
    image[:400, :400] = 1.0
    image[400:, 400:] = np.nan
    image[0:2, 798] = np.nan
    scene = write_scene(tmp_path / "scene.tif", image, no_data=np.nan)
    scenes = {"superset": scene, "flatten": scene}
    pictures = {stage: tmp_path / f"{stage}.png" for stage in scenes}
    quicklook.main(scenes, pictures, "VV", 400)
    picture = imread(pictures["superset"])
    assert picture.shape[:2] == (400, 400)
    assert np.allclose(picture[:200, :200, 0], (0 + 22) / 24, atol=0.003)
    assert np.allclose(picture[:200, 200:, 0], (-20 + 22) / 24, atol=0.003)
    assert (picture[200:, 200:, -1] == 0).all() and (picture[:200, :, -1] == 1).all()
    assert pictures["flatten"].read_bytes() == pictures["superset"].read_bytes()
    assert not list(tmp_path.glob("*.aux.xml")) and read(scene).shape == (800, 800)

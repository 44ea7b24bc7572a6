"""The picture of a template: decibels as grey values, no data transparent, a style for QGIS."""

import xml.etree.ElementTree as tree

import numpy as np
import pytest
import rasterio
from makers import NORTH, POSTING, WEST, nearly_full_disk
from test_environments import ROOT

import picture
from stackio import writing
from stackshift.ground.lattice import Grid

GRID = Grid("EPSG:32611", (POSTING, 0.0, WEST, 0.0, -POSTING, NORTH), 40, 20)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_decibels_are_grey_values_and_the_style_shows_the_first_band(tmp_path):
    bands = np.stack([np.full((20, 40), v, np.float32) for v in (-10.0, 6.0, 6.0)])
    bands[0, :, :20], bands[0, :5] = -22.0, np.nan
    with writing.create(tmp_path / "template.tif", GRID, {}, bands=("a", "b", "c")) as target:
        for number, band in enumerate(bands, 1):
            writing.write_rows(target, 0, band, number)
    template = (ROOT / "report" / "qgis" / "image.qml").read_text()
    paths = tmp_path / "template.png", tmp_path / "template.qml"
    picture.main(tmp_path / "template.tif", *paths, template, "VV", 40)
    with rasterio.open(paths[0]) as source:
        grey, opacity = source.read()
    # -22 dB is black and 2 dB white: -10 dB lies in the middle.
    assert (grey[5:, :20] == 0).all() and np.abs(grey[5:, 20:].astype(int) - 127).max() <= 1
    assert (opacity[:5] == 0).all() and (opacity[5:] == 255).all()
    renderer = tree.parse(paths[1]).getroot().find(".//rasterrenderer")
    assert (renderer.get("type"), renderer.get("grayBand")) == ("singlebandgray", "1")
    assert [renderer.find(f".//{name}Value").text for name in ("min", "max")] == ["-22.0", "2.0"]


def test_no_picture_that_a_full_disk_cuts_off_is_taken_for_written(tmp_path):
    """Not even one that lacks a few bytes, of which GDAL tells nothing."""
    image = np.random.default_rng(0).integers(0, 255, (1, 300, 300)).astype(np.uint8)
    writing.write_picture(tmp_path / "whole.png", image)
    most = (tmp_path / "whole.png").stat().st_size - 50
    with nearly_full_disk(most), pytest.raises(OSError, match="too large"):
        writing.write_picture(tmp_path / "cut.png", image)
    assert [path.name for path in tmp_path.iterdir()] == ["whole.png"]

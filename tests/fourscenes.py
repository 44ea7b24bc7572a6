"""Four scenes as users have them, whose offsets are known, in files of any kind.

Used by the tests of kinds of inputs: the offsets that were put in, or the one line that is said.
"""

import zipfile
from functools import cache

import kinds
import numpy as np
import pytest
import snyder
from makers import NORTH, WEST, displaced, hyp3_name, read, texture, write_scene

from stackshift.errors import InputError

DAYS = ("20220101", "20220113", "20220125", "20220206")
CLOCK = "T134101"
TIMES = [day + CLOCK for day in DAYS]
# (rows to the south, columns to the east) in pixels.
OFF = dict(zip(DAYS, [(0.0, 0.0), (0.3, -0.2), (-0.25, 0.4), (0.1, 0.15)], strict=True))
ROWS, COLUMNS = 104, 208
# Errors of what is right are some 0.06 m here; offsets are up to 12 m.
TOLERANCE = 0.25
# What a pixel is on the ground in the middle of the scenes.
UTM = snyder.utm(WEST + 15 * COLUMNS, NORTH - 15 * ROWS)


@cache
def _ground(day: str, large: bool = False) -> np.ndarray:
    """The ground of a day, displaced, with speckle."""
    image = displaced(texture(512 if large else 256, 256, seed=7), *OFF[day])
    random = np.random.default_rng(int(day))
    return (np.maximum(image, 1e-4) * random.gamma(100, 0.01, image.shape)).astype(np.float32)


def ground(day, top=20, rows=ROWS, large=False) -> np.ndarray:
    return _ground(day[:8], large)[top : top + rows, 24 : 24 + COLUMNS].copy()


def put(folder, time, image=None, name=None, **more):
    """A scene; it has the fixed no-data value 0 unless something else is said."""
    image = ground(time) if image is None else image
    return write_scene(folder / (name or hyp3_name(time)), image, **{"no_data": 0} | more)


def config(stack=None, **sections) -> dict:
    """A config with one stack of the folder of scenes."""
    return {
        "stacks": {"site": {"directory": "scenes"} if stack is None else stack},
        "tiles": {"rows": 1, "columns": 2},
    } | sections


def check(found, pixel=UTM, product=("site", "VV"), days=DAYS, tolerance=TOLERANCE):
    """The offsets of a product are those that were put in."""
    table = found.tables[product]
    assert sorted(name[:8] for name in table.index) == sorted(days)
    truth = {name: snyder.metres(pixel, *OFF[name[:8]]) for name in table.index}
    errors = kinds.errors(table, truth)
    assert len(errors) == len(days)
    assert errors[["east", "north"]].abs().max().max() < tolerance
    assert errors[["z_east", "z_north"]].abs().max().max() < 4


def brought(config, product=("site", "VV"), days=DAYS, factor=1):
    """What is found of a config, each scene of a product being what was put in, to the bit.

    Its offsets are then those of the scenes that others here measure.
    """
    _, found = kinds.bring(config)
    same(found, product, days, factor)
    return found


def same(found, product=("site", "VV"), days=DAYS, factor=1):
    """Each scene of a product is what was put in, to the bit."""
    paths = sorted((found.folders[product] / "superset").glob("*.tif"))
    assert [path.stem[:8] for path in paths] == sorted(days)
    for path in paths:
        np.testing.assert_array_equal(read(path), ground(path.stem) * np.float32(factor))


def refusal(config, measured=False) -> str:
    """What is said of a config that is refused, before any work or when files are read."""
    with pytest.raises(InputError) as caught:
        kinds.measure(config) if measured else kinds.read(config)
    return str(caught.value)


WRONG = np.roll(ground(DAYS[1]), (3, 3), (0, 1))
long = pytest.mark.long


def pack(archive, path, inside=None):
    """A zip that holds a file."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as target:
        target.write(path, inside or f"{archive.stem}/{path.name}")

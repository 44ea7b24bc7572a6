"""What the page to explore a stack holds: its script's data, the template as a picture, texts."""

import base64
import gzip
import io

import numpy as np
import pandas as pd
from bokeh.resources import Resources
from PIL import Image

from stackio import raster
from stackplot import explorer, marks
from stackshift.ground.shades import grey, reduced_shape
from stackshift.stack import columns
from stackshift.stack.digits import with_error
from stackshift.tile.match import OK, STATUSES


def library() -> str:
    """The source of BokehJS: its core alone, without widgets and tables."""
    return "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)


def packed(text: str) -> str:
    """Compressed for the page's script; the same bytes for the same text."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def picture_of(image: str, polarization: str, longest: int) -> str | None:
    """The template as in its picture, smaller and as WebP, as a data URI; None if it is empty."""
    with raster.open_scene(image, bands=3) as source:
        decibels = raster.read_reduced(source, reduced_shape(source.height, source.width, longest))
    return _address(*grey(np.float32(10) ** (decibels / 10), polarization))


def quicklook_of(picture: str) -> str | None:
    """A scene's quicklook in the same way; None if the scene has no data."""
    with Image.open(picture) as image:
        shades, opacity = np.moveaxis(np.asarray(image.convert("LA")), -1, 0)
    return _address(shades, opacity)


def _address(shades: np.ndarray, opacity: np.ndarray) -> str | None:
    if not opacity.any():
        return None
    # Dark enough for arrows of all colours to stand out.
    dark = (shades * 0.75).astype(np.uint8)
    picture = Image.fromarray(np.dstack([dark, dark, dark, opacity]))
    with io.BytesIO() as buffer:
        picture.save(buffer, "WEBP", quality=60, method=4)
        return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def backdrop(
    image: str, polarization: str, longest: int, quicklooks: dict[str, str]
) -> tuple[str | None, str]:
    """What lies below the tiles, and what it is: the template, or else the newest scene with data.

    Parameters
    ----------
    image, polarization, longest : as of `picture_of`.
    quicklooks : picture of each scene, oldest first.

    Returns
    -------
    Data URI, None where there is nothing at all to show; and words for it.
    """
    found = picture_of(image, polarization, longest)
    if found:
        return found, "the template, the aligned mean of the stack"
    none = "there is no template, as no scenes match"
    for scene in reversed(quicklooks):
        found = quicklook_of(quicklooks[scene])
        if found:
            return found, f"the scene of {marks.day(scene)} ({none})"
    return None, f"empty, as no scene has data ({none})"


def said_of(scene) -> str:
    """One line on a scene: its day, platform, offset and what stands out."""
    east = with_error(scene[columns.OFFSET_EAST], scene[columns.SIGMA_EAST])
    north = with_error(scene[columns.OFFSET_NORTH], scene[columns.SIGMA_NORTH])
    flag, message = (
        scene[name] if isinstance(scene[name], str) else ""
        for name in (columns.FLAG, columns.MESSAGE)
    )
    where = f"east {east} m, north {north} m" if east else f"not measured: {message}"
    return (
        f"{marks.day(scene[columns.SCENE])} {scene[columns.PLATFORM]}: {where}"
        f"{f' ({flag})' if flag and east else ''}"
    )


def why_not(measurements: pd.DataFrame | None) -> str:
    """Why a pair was not measured: in how many tiles for what, and a message of most of them.

    Parameters
    ----------
    measurements : rows of the pair, with the columns of `columns.MEASUREMENTS`; None without any.
    """
    if measurements is None or measurements.empty:
        return "not measured"
    # The most first, and those of as many in the order of the alphabet.
    counts = measurements[columns.STATUS].value_counts().sort_index().sort_values(
        ascending=False, kind="stable"
    )  # fmt: skip
    told = ", ".join(
        f"{status.replace('_', ' ')} in {count} tile{'s' * (count != 1)}"
        for status, count in counts.items()
    )
    most = measurements.loc[measurements[columns.STATUS] == counts.index[0], columns.MESSAGE]
    return f"not measured: {told}, as: {most.iloc[0]}"


def content_of(read: dict[str, pd.DataFrame], scenes: pd.DataFrame, ground) -> dict:
    """What the page's script shows: scenes, pairs and tiles with their measurements.

    Parameters
    ----------
    read : the tables ``scene_tiles``, ``measurements``, ``pairs`` and ``tiles``.
    scenes : scenes, oldest first, with ``said``.
    ground : `Ground`, which tells where east and north point on the map in each tile.
    """
    tiles, pairs = read["tiles"], read["pairs"]
    place = {
        (row, column): i
        for i, (row, column) in enumerate(
            zip(tiles[columns.TILE_Y], tiles[columns.TILE_X], strict=True)
        )
    }
    texts: dict[str, int] = {}
    offsets = (columns.OFFSET_EAST, columns.OFFSET_NORTH, columns.SIGMA_EAST, columns.SIGMA_NORTH)
    shifts = (columns.SHIFT_X, columns.SHIFT_Y, columns.SIGMA_X, columns.SIGMA_Y)
    ends = [columns.REFERENCE, columns.SECONDARY]
    by_scene = dict(list(read["scene_tiles"].groupby(columns.SCENE)))
    by_pair = dict(list(read["measurements"].groupby(ends)))
    pairs = pairs.sort_values(ends, ignore_index=True)
    order = {name: i for i, name in enumerate(scenes[columns.SCENE])}
    return {
        "scenes": [
            {"name": name, "said": said, "time": time,
             "tiles": values_of(by_scene.get(name), offsets, place, texts)}
            for name, said, time in zip(
                scenes[columns.SCENE], scenes["said"],
                explorer.milliseconds(scenes[columns.TIME]), strict=True,
            )
        ],
        "pairs": [
            {"name": f"{marks.day(pair[columns.SECONDARY])} → "
                     f"{marks.day(pair[columns.REFERENCE])}",
             "reference": order.get(pair[columns.REFERENCE]),
             "said": f"shift east {with_error(pair[columns.SHIFT_X], pair[columns.SIGMA_X])} m, "
                     f"north {with_error(pair[columns.SHIFT_Y], pair[columns.SIGMA_Y])} m"
             if pair[columns.COUNT] else why_not(by_pair.get(tuple(pair[ends]))),
             "tiles": values_of(by_pair.get(tuple(pair[ends])), shifts, place, texts)}
            for _, pair in pairs.iterrows()
        ],
        "tiles": [
            {"row": row, "column": column, "moves": int(moves == 1), "east": east, "north": north}
            for row, column, moves, east, north in zip(
                tiles[columns.TILE_Y].tolist(), tiles[columns.TILE_X].tolist(),
                tiles[columns.MOVES], directions(ground, tiles, (1.0, 0.0)),
                directions(ground, tiles, (0.0, 1.0)), strict=True,
            )
        ],
        "platforms": {
            name: style["color"]
            for name, style in marks.platform_styles(scenes[columns.PLATFORM]).items()
        },
        "statuses": [status.replace("_", " ") for status in STATUSES],
        "texts": list(texts),
    }  # fmt: skip


def directions(ground, tiles, metres: tuple[float, float]) -> list[list[float]]:
    """Where a metre to the (east, north) points on the map in each tile: (right, up)."""
    places = tiles[columns.TILE_X], tiles[columns.TILE_Y]
    along = ground.along(*places, *([part] * len(tiles) for part in metres))
    return np.column_stack(along).round(5).tolist()


def values_of(table, names, place: dict, texts: dict[str, int]) -> dict:
    """Measurements of all tiles in the order of the tiles, short: millimetres and numbers.

    Parameters
    ----------
    table : rows of one scene or pair; None if there are none.
    names : columns of the values to the east and north and of their standard errors, metres.
    place : number of each tile (row, column).
    texts : number of each message that was met, which grows.

    Returns
    -------
    Four lists of millimetres, None where there is no value; numbers of the statuses in `STATUSES`;
    numbers of the messages of rejected tiles in ``texts``, -1 for others.
    """
    found: dict[str, list] = {key: [None] * len(place) for key in ("e", "n", "u", "v")}
    found["status"] = [STATUSES.index("failed")] * len(place)
    found["text"] = [-1] * len(place)
    if table is None:
        return found
    at = [place[where] for where in zip(table[columns.TILE_Y], table[columns.TILE_X], strict=True)]
    for key, name in zip("enuv", names, strict=True):
        for i, value in zip(at, table[name].to_numpy(float), strict=True):
            found[key][i] = round(1000 * value) if np.isfinite(value) else None
    for i, status, text in zip(at, table[columns.STATUS], table[columns.MESSAGE], strict=True):
        found["status"][i] = STATUSES.index(status)
        if status != OK:
            found["text"][i] = texts.setdefault(text, len(texts))
    return found

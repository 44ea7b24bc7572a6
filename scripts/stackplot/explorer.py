"""What the explore page draws with Bokeh: a map of the tiles, and the offsets in time.

The page's script (report/explore.html) fills the sources ``now``, ``heads``, ``tile_series``, which
it finds by their names, whenever another scene, pair or tile is chosen.
"""

import json
import re
from typing import Any

import numpy as np
import pandas as pd
from bokeh.embed import json_item
from bokeh.layouts import column, row
from bokeh.models import (
    BoxAnnotation,
    BoxZoomTool,
    ColumnDataSource,
    CustomJSTickFormatter,
    HoverTool,
    PanTool,
    ResetTool,
    SaveTool,
    Span,
    TapTool,
    WheelZoomTool,
)
from bokeh.plotting import figure

from stackplot import marks
from stackplot.backdrop import Ground
from stackshift.stack import columns

MAP = 500  # pixels of the map's longer side
EMPTY = "no value"


def milliseconds(times) -> list[float]:
    """Times as BokehJS counts them: milliseconds since 1970."""
    stamps = pd.to_datetime(pd.Series(list(times)), utc=True)
    return [float(stamp.value // 1_000_000) for stamp in stamps]


def _tools(*more) -> list:
    return [PanTool(), WheelZoomTool(), BoxZoomTool(match_aspect=False), ResetTool(), SaveTool(),
            TapTool(), *more]  # fmt: skip


def tile_map(ground: Ground, picture: str | None, tiles: pd.DataFrame):
    """The map: the picture below, a ring of the requirement and a frame a tile, arrows above.

    Parameters
    ----------
    ground : where the tiles lie.
    picture : address (data URI) of the picture of the whole grid; None where there is none.
    tiles : tiles, with the columns of `columns.TILES_TABLE`.
    """
    width, height = np.ptp(ground.x), np.ptp(ground.y) * ground.aspect
    pixels = MAP / max(width, height)
    left, right, bottom, top = ground.extent
    plot = figure(
        name="map", frame_width=round(max(width * pixels, 200)),
        frame_height=round(max(height * pixels, 200)),
        x_range=(left, right), y_range=(bottom, top), x_axis_label=ground.names[0],
        y_axis_label=ground.names[1], tools=_tools(), toolbar_location="above",
        background_fill_color="#e8eef4",
    )  # fmt: skip
    plot.toolbar.active_scroll = plot.select_one(WheelZoomTool)
    plot.toolbar.logo = None
    plot.grid.visible = False
    if picture:
        plot.image_url(
            url=[picture], x=[left], y=[top], w=[right - left], h=[top - bottom], anchor="top_left"
        )
    x, y = ground.centre(tiles[columns.TILE_X], tiles[columns.TILE_Y])
    count = len(tiles)
    size = ground.tile
    blank: dict[str, Any] = {
        "x": x, "y": y, "width": np.abs(np.diff(ground.x))[tiles[columns.TILE_X]],
        "height": np.abs(np.diff(ground.y))[tiles[columns.TILE_Y]],
        "x1": x, "y1": y, "colour": ["#000000"] * count, "name": [""] * count,
        "said": [EMPTY] * count, "mark": [np.nan] * count, "angle": [0.0] * count,
        "tip": [np.nan] * count,
    }  # fmt: skip
    now = ColumnDataSource(blank, name="now")
    plot.ellipse(
        "x", "y", width=size, height=size / ground.aspect, source=now, fill_alpha=0,
        line_color="white", line_dash="dashed", line_alpha=0.6, nonselection_line_alpha=0.6,
    )  # fmt: skip
    frames = plot.rect(
        "x", "y", "width", "height", source=now, fill_color="white", fill_alpha=0.0,
        line_color="white", line_alpha=0.35, nonselection_fill_alpha=0.0,
        nonselection_line_alpha=0.35, selection_line_color="#00E5FF", selection_line_width=3,
        selection_line_alpha=1, selection_fill_alpha=0.08, hover_fill_alpha=0.15, name="frames",
    )  # fmt: skip
    same = {"nonselection_line_alpha": 1.0, "line_alpha": 1.0}
    plot.segment("x", "y", "x1", "y1", source=now, line_color="colour", line_width=2.5, **same)
    plot.scatter(
        "tip", "y1", source=now, marker="triangle", size=9, angle="angle", fill_color="colour",
        line_color="black", line_width=0.4, nonselection_fill_alpha=1, **same,
    )  # fmt: skip
    plot.scatter(
        "mark", "y", source=now, marker="x", size=9, line_color="#FF8FD0", line_width=2, **same
    )
    plot.add_tools(HoverTool(renderers=[frames], tooltips=[("", "@name"), ("", "@said")]))
    return plot, frames


def series(scenes: pd.DataFrame, direction: str, requirement: float, x_range=None):
    """Offsets of the scenes along one axis in time, and room for those of a tile.

    Parameters
    ----------
    scenes : scenes, oldest first, with the columns of `columns.SCENES_TABLE` and ``said``.
    direction : east or north.
    requirement : metres.
    x_range : of the other axis, which moves with this one.
    """
    offset = scenes[f"offset_{direction}"].to_numpy(float)
    sigma = scenes[f"sigma_{direction}"].to_numpy(float)
    limit = marks.reach(scenes[[columns.OFFSET_EAST, columns.OFFSET_NORTH]], requirement)
    times = milliseconds(scenes[columns.TIME])
    margin = max((max(times) - min(times)) * 0.03, 3 * 86_400_000)
    plot = figure(
        name=direction, frame_width=400, frame_height=190, x_axis_type="datetime",
        x_range=x_range or (min(times) - margin, max(times) + margin), y_range=(-limit, limit),
        y_axis_label=f"offset {direction} (m)", tools=_tools(),
        toolbar_location="above" if x_range is None else None,
        # Room for half a date, which else moves to the left onto the one before.
        min_border_right=40,
    )  # fmt: skip
    plot.toolbar.active_scroll = plot.select_one(WheelZoomTool)
    plot.toolbar.logo = None
    # Dates that cannot be mistaken, at every zoom.
    plot.xaxis.formatter = CustomJSTickFormatter(
        code="return new Date(tick).toISOString().slice(0, 10)"
    )
    plot.xaxis.ticker.desired_num_ticks = 3
    plot.add_layout(BoxAnnotation(bottom=-requirement, top=requirement, fill_alpha=0.08,
                                  fill_color="#555555", level="underlay"))  # fmt: skip
    for level in (-requirement, requirement):
        plot.add_layout(Span(location=level, line_dash="dashed", line_color="#555555"))
    plot.add_layout(Span(location=0, line_color="#bbbbbb"))
    styles = marks.platform_styles(scenes[columns.PLATFORM])
    inside = np.abs(offset) <= limit
    source = ColumnDataSource(
        {
            "time": times,
            "value": np.where(inside, offset, np.sign(offset) * 0.95 * limit),
            "low": np.where(inside, offset - sigma, np.nan),
            "high": np.where(inside, offset + sigma, np.nan),
            "colour": [styles[name]["color"] for name in scenes[columns.PLATFORM]],
            "marker": np.where(inside, "circle", np.where(offset > 0, "triangle",
                                                          "inverted_triangle")).tolist(),
            "said": list(scenes["said"]),
        },
        name=f"scenes_{direction}",
    )  # fmt: skip
    plot.segment("time", "low", "time", "high", source=source, line_color="colour", line_width=1.5,
                 nonselection_line_alpha=1)  # fmt: skip
    dots = plot.scatter(
        "time", "value", source=source, marker="marker", size=9, fill_color="colour",
        line_color="black", line_width=0.5, nonselection_fill_alpha=1, nonselection_line_alpha=1,
        selection_line_color="#00B8D4", selection_line_width=4, selection_fill_alpha=1,
    )  # fmt: skip
    tile = ColumnDataSource(
        {name: [] for name in ("time", "value", "low", "high", "said")}, name=f"tile_{direction}"
    )
    plot.segment("time", "low", "time", "high", source=tile, line_color="#9C27B0", line_width=1)
    squares = plot.scatter("time", "value", source=tile, marker="square", size=6, fill_alpha=0,
                           line_color="#9C27B0", line_width=1.5)  # fmt: skip
    plot.select_one(TapTool).renderers = [dots]
    plot.add_tools(HoverTool(renderers=[dots, squares], tooltips=[("", "@said")]))
    return plot


def item(ground: Ground, picture: str | None, tiles, scenes, requirement: float) -> dict:
    """The map beside the two series as what BokehJS embeds.

    Parameters
    ----------
    ground, picture, tiles : as of `tile_map`.
    scenes, requirement : as of `series`.
    """
    plot, frames = tile_map(ground, picture, tiles)
    plot.select_one(TapTool).renderers = [frames]
    east = series(scenes, "east", requirement)
    north = series(scenes, "north", requirement, east.x_range)
    return renumbered(json_item(row(plot, column(east, north)), "plots"))


def renumbered(drawn: dict) -> dict:
    """With Bokeh's names of models counted anew, as it counts on from page to page."""
    counted: dict[str, str] = {}

    def anew(found: re.Match) -> str:
        return counted.setdefault(found[0], f'"p{len(counted) + 1}"')

    return json.loads(re.sub(r'"p\d+"', anew, json.dumps(drawn)))

"""How each tile stands in a scene or in the stack, and which tiles have others to compare with."""

from collections.abc import Iterable

import pandas as pd

from stackshift.stack import columns as c

MEASURED = "measured"  # in all scenes
PARTLY = "partly"  # in some of the scenes
LEFT_OUT = "left out"  # measured, but it moves by itself, so that it counts in no scene
REJECTED = "rejected"  # in all scenes
STANDINGS = (MEASURED, PARTLY, LEFT_OUT, REJECTED)

ONE_TILE = "one tile: nothing to compare"


def standings(known: Iterable[int], moves: Iterable[int], scenes: int) -> list[str]:
    """One of `STANDINGS` for each tile, so that their counts add up to the number of tiles.

    Parameters
    ----------
    known : scenes in which each tile was measured.
    moves : 1 for each tile that moves by itself.
    scenes : scenes in which any tile was measured.
    """
    return [
        REJECTED if not count
        else LEFT_OUT if moving == 1
        else MEASURED if count >= scenes
        else PARTLY
        for count, moving in zip(known, moves, strict=True)
    ]  # fmt: skip


def told(found: list[str], scenes: int) -> str:
    """How many tiles stand how, in words; of several scenes or of one."""
    words = {
        MEASURED: f"measured in all {scenes} scenes" if scenes > 1 else "measured",
        PARTLY: "in some of them" if MEASURED in found else f"measured in some of {scenes} scenes",
        LEFT_OUT: "left out",
        REJECTED: "rejected in all" if scenes > 1 else "rejected",
    }
    parts = [f"{found.count(one)} {words[one]}" for one in STANDINGS if one in found]
    return f"{len(found)} tile{'s' * (len(found) != 1)}: {', '.join(parts)}"


def deviations(scenes: pd.DataFrame, scene_tiles: pd.DataFrame, tiles: pd.DataFrame):
    """Offsets of the tiles less those of their scenes, in metres; unmeasured ones are left out.

    Parameters
    ----------
    scenes, scene_tiles, tiles : tables with the columns of `columns.SCENES_TABLE`,
        `SCENE_TILES_TABLE` and `TILES_TABLE`.

    Returns
    -------
    Table with the scene, the tile, ``offset_east`` and ``offset_north`` as deviations, ``moves``,
    and ``alone``: whether the scene rests on this tile alone, whose deviation is then 0 whatever
    was measured.
    """
    names = [c.OFFSET_EAST, c.OFFSET_NORTH]
    cell = [c.TILE_X, c.TILE_Y]
    table = scene_tiles[[c.SCENE, *cell, *names]]
    table = table.merge(scenes[[c.SCENE, *names]], on=c.SCENE, suffixes=("", "_scene"))
    for name in names:
        table[name] = table[name] - table.pop(f"{name}_scene")
    table = table.merge(tiles[[*cell, c.MOVES]], on=cell, how="left")
    table = table.dropna(subset=names, ignore_index=True)
    table[c.MOVES] = table[c.MOVES] == 1
    counting = (~table[c.MOVES]).groupby(table[c.SCENE]).transform("sum")
    return table.assign(alone=~table[c.MOVES] & (counting == 1))


def nothing_to_compare(tiles: pd.DataFrame) -> bool:
    """Whether a single tile counts, which is all that its scenes are, and so tells no scatter.

    Parameters
    ----------
    tiles : with the columns of `columns.TILES_TABLE`.
    """
    return int(((tiles[c.SCENES_MEASURED].fillna(0) > 0) & (tiles[c.MOVES] != 1)).sum()) == 1

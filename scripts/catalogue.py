"""A STAC item a scene of a stack, and a catalogue of them."""

import stackio.job as job

import logging
import math
from pathlib import Path

import pandas as pd

from stackio import files, raster
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import decision, items


def main(
    scenes: str,
    verdict: str,
    rows: list[dict],
    rule: dict,
    requirement: dict,
    relative_to: str,
    version: str,
    stack: str,
    folder: str,
) -> None:
    """Write the items and the catalogue.

    Parameters
    ----------
    scenes, verdict : table of the scenes' offsets, and JSON of the verdict.
    rows : files by the columns of a sheet, ``path`` as seen from the folder, and ``opened``.
    rule, requirement : as for `decision.refused`.
    relative_to : what the offsets are relative to.
    version : of this workflow.
    stack : its name.
    folder : to write to.
    """
    table = pd.read_csv(scenes, dtype={c.SCENE: str})
    reasons = decision.refused(table, rule, requirement)
    judged = files.read_json(verdict)
    said = {
        "relative_to": relative_to,
        "absolute": bool(judged.get("absolute")),
        "requirement": judged["criterion"],
        "verdict": f"{judged['criterion']}: {judged['verdict']}.",
        "software": {"stackshift": version},
        "stack": stack,
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    names = []
    for at, scene in enumerate(table[c.SCENE]):
        mine = [row for row in rows if row[c.SCENE] == scene]
        offset = _offset(table.iloc[at], reasons[at])
        assets, boxes = _assets(mine)
        about = {
            "id": f"{stack}_{scene}",
            "time": table[c.TIME][at],
            "platform": mine[0][c.PLATFORM] or None,
            "track": int(mine[0][a.TRACK]) if mine[0][a.TRACK] else None,
            "direction": mine[0][a.DIRECTION] or None,
            "box": _around(boxes),
        }
        names.append(f"{scene}.json")
        files.write_json(Path(folder) / names[-1], items.item(about, offset, assets, said))
    files.write_json(Path(folder) / "catalog.json", items.catalog(stack, names, said))
    logging.info("%d items", len(names))


def _offset(row: pd.Series, reason: str) -> dict:
    keys = {"east": c.OFFSET_EAST, "north": c.OFFSET_NORTH, "sigma_east": c.SIGMA_EAST}
    keys |= {"sigma_north": c.SIGMA_NORTH}
    known = {name: float(row[key]) for name, key in keys.items()}
    flag = "" if pd.isna(row[c.FLAG]) else str(row[c.FLAG])
    return {name: value if math.isfinite(value) else None for name, value in known.items()} | {
        "usable": not reason,
        "reason": reason,
        "flag": flag,
    }


def _assets(rows: list[dict]) -> tuple[dict, list]:
    """The assets of a scene by polarization, numbered where it has several files of one."""
    kinds = [row[a.POLARIZATION] for row in rows]
    assets, boxes = {}, []
    for at, row in enumerate(rows):
        kind = kinds[at]
        key = kind if kinds.count(kind) == 1 else f"{kind}_{kinds[: at + 1].count(kind)}"
        band = int(row[a.BAND]) if row[a.BAND] else None
        with raster.open_scene(row["opened"], band=band) as source:
            wkt2 = source.crs.to_wkt(version="WKT2_2019")
            grid = raster.grid_of(source).record() | {"wkt2": wkt2}
            boxes.append(raster.bounds_in_degrees(source))
        assets[key] = items.asset(row[a.PATH], kind, grid, row[a.VALUES])
    return assets, boxes


def _around(boxes: list) -> tuple:
    """The box around boxes in degrees, in the turn of the first."""
    first = boxes[0][0]
    moved = [
        (west + turn, south, east + turn, north)
        for west, south, east, north in boxes
        for turn in [360 * round((first - west) / 360)]
    ]
    west, south, east, north = zip(*moved, strict=True)
    return min(west), min(south), max(east), max(north)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=snakemake.input.scenes,
            verdict=snakemake.input.verdict,
            rows=list(snakemake.params.rows),
            rule=snakemake.params.rule,
            requirement=snakemake.params.requirement,
            relative_to=snakemake.params.relative_to,
            version=snakemake.params.version,
            stack=snakemake.wildcards.stack,
            folder=snakemake.output.folder,
        )

"""The corrected scenes of a stack, as a sheet that the workflow reads as `scenes:`."""

import stackio.job as job

import logging
import os

import pandas as pd

from stackio import files
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c


def main(records: list[str], rows: list[dict], rasters: dict[str, str] | None, table: str) -> None:
    """Write a row for each file.

    Parameters
    ----------
    records : JSONs of how the files of each scene were moved.
    rows : the originals by the columns of a sheet.
    rasters : GeoTIFF of the scene by its JSON; None where the VRTs are what is delivered.
    table : CSV to write.
    """
    originals = {(row[a.PATH], row[a.BAND]): row for row in rows}
    order = {key: at for at, key in enumerate(originals)}
    folder = os.path.dirname(table)
    found = []
    for path in records:
        record = files.read_json(path)
        keys = [(one["original"], str(one["band"] or "")) for one in record["files"]]
        beside = os.path.relpath(path.removesuffix(".json"), folder)
        mine = [
            _row(originals[key], os.path.join(beside, one["name"]), one, record)
            for key, one in zip(keys, record["files"], strict=True)
        ]
        # One raster stands for all files of the scene, in power.
        if rasters is not None:
            raster = os.path.relpath(rasters[path], folder)
            values = {a.PATH: raster, a.BAND: "", a.VALUES: "power"}
            mine = [mine[0] | values | {a.ORIGINAL: ", ".join(one[a.ORIGINAL] for one in mine)}]
        found += [(order[key], row) for key, row in zip(keys, mine, strict=False)]
    found.sort(key=lambda pair: pair[0])
    written = pd.DataFrame([row for _, row in found], columns=list(a.CORRECTED_TABLE))
    # Degrees need more decimals than metres.
    for column in (a.MOVED_X, a.MOVED_Y):
        written[column] = [f"{value:.12g}" for value in written[column]]
    files.write_csv(table, written)
    moved = int((written[a.CORRECTED] == "true").sum())
    logging.info("%d of %d files were moved", moved, len(written))


def _row(row: dict, path: str, one: dict, record: dict) -> dict:
    return row | {
        a.PATH: path,
        a.VALUES: one["values"],
        a.ORIGINAL: one["original"],
        a.CORRECTED: "true" if record["corrected"] else "false",
        a.MOVED_EAST: record["east"],
        a.MOVED_NORTH: record["north"],
        a.MOVED_X: one["moved_x"],
        a.MOVED_Y: one["moved_y"],
        **{key: record[key] for key in (c.SIGMA_EAST, c.SIGMA_NORTH, c.FLAG)},
        a.REASON: record["reason"],
    }


if __name__ == "__main__":
    with job.logged(snakemake):
        as_vrt = snakemake.params.delivered == "vrt"
        records = list(snakemake.input.records)
        main(
            records=records,
            rows=list(snakemake.params.rows),
            rasters=None if as_vrt else dict(zip(records, snakemake.input.scenes, strict=True)),
            table=snakemake.output.table,
        )

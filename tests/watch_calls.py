"""Calls of the watch over scenes of which it is said where they lie."""

import json
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

import watch
from stackio import files
from stackshift.stack import columns as c

START = datetime(2024, 1, 1, 5, 23, 1)
NAMES = [f"{START + timedelta(days=12 * i):%Y%m%dT%H%M%S}" for i in range(60)]


WHY = "no tile counts; 4 of 4 search_limit"


def scenes_csv(tmp_path, offsets, names=NAMES):
    """What locate writes of scenes given oldest first: offsets from their own median."""
    offsets = np.asarray(offsets, float)
    if np.isfinite(offsets).any():
        offsets = offsets - np.nanmedian(offsets, axis=0)
    table = pd.DataFrame(columns=list(c.SCENES_TABLE), index=range(len(offsets)))
    table[c.SCENE] = names[: len(offsets)][::-1]
    table[[c.OFFSET_EAST, c.OFFSET_NORTH]] = offsets[::-1]
    table[[c.SIGMA_EAST, c.SIGMA_NORTH]] = 0.3
    table[c.PLATFORM] = "S1A"
    table.loc[table[c.OFFSET_EAST].isna(), c.MESSAGE] = WHY
    files.write_csv(tmp_path / "scenes.csv", table)


def call(tmp_path, known=None, day=0, **options):
    kept = tmp_path / "history.csv"
    outputs = {
        name: str(tmp_path / f"charts.{suffix}")
        for name, suffix in (("figure", "svg"), ("picture", "png"), ("page", "html"))
    }
    outputs |= {"table": str(tmp_path / "watch.csv"), "alerts": str(tmp_path / "alerts.json")}
    options = {"run_length": 1000, "first": 10} | options
    now = datetime(2026, 1, 1) + timedelta(days=day)
    watch.main(str(tmp_path / "scenes.csv"), str(kept), known=known, title="site VV",
               outputs=outputs, now=now, **options)  # fmt: skip
    return kept.read_text(), json.loads((tmp_path / "alerts.json").read_text())


def day(number):
    """The day of a scene as texts have it."""
    return f"{NAMES[number][:4]}-{NAMES[number][4:6]}-{NAMES[number][6:8]}"

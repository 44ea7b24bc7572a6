"""Stacks as they are used: what a scene more costs in a finished stack of fifty."""

from datetime import datetime, timedelta

import pytest
from conftest import Workspace
from makers import hyp3_name, texture, write_scene


def add(folder, first, count):
    """Scenes of 64 x 64 pixels, 12 days apart."""
    for i in range(first, first + count):
        time = (datetime(2020, 1, 1) + timedelta(days=12 * i)).strftime("%Y%m%dT%H%M%S")
        write_scene(folder / hyp3_name(time), texture(64, 64, seed=1), no_data=0)


@pytest.mark.long
def test_one_scene_more_in_a_stack_of_fifty_runs_its_own_jobs(tmp_path):
    add(tmp_path / "scenes", 0, 50)
    config = {
        "stacks": {"site": {"directory": "scenes"}},
        "tiles": {"rows": 1, "columns": 1},
        "pairs": {"next": 1},
    }
    workspace = Workspace(tmp_path, config)
    done = workspace.run("analysed")
    assert done.status == 0, done.text
    assert done.jobs["correlate"] == 49
    assert workspace.dry("analysed") == {}
    add(tmp_path / "scenes", 50, 1)
    assert workspace.dry("analysed") == {
        **dict.fromkeys(("superset", "flatten", "tile"), 1),
        "correlate": 1,
        **dict.fromkeys(("inventory", "analyse", "align", "locate", "verdict", "analysed"), 1),
    }

"""Results of its own stacks that a config reads are those of before the call, which is told."""

import pytest
from conftest import TIMES, Workspace, small_stack


@pytest.mark.parametrize("stack", ["site", "{stack}", "site@corrected"])
def test_a_stack_is_not_aligned_with_results_of_its_own(tmp_path, stack):
    small_stack(tmp_path / "scenes")
    image = f"{tmp_path}/results/{stack}/{{polarization}}/template/template.tif"
    config = {"stacks": {"site": {"directory": "scenes"}}, "align": {"reference": image}}
    done = Workspace(tmp_path, config | {"tiles": {"rows": 1, "columns": 1}}).run("--dry-run")
    assert done.status != 0 and "Traceback" not in done.text
    assert "VV/template/template.tif is a result of stack 'site' itself; give stack" in done.text


def test_a_sheet_that_is_made_anew_is_told_to_who_has_read_it(finished, tmp_path):
    workspace = finished.copy(tmp_path / "run")
    sheet = "results/site/scenes_usable.csv"
    workspace.config["stacks"]["b"] = {"scenes": sheet}
    scenes = sorted((workspace.folder / "scenes").glob("*.tif"))
    rows = [f"{path},{time}" for path, time in zip(scenes, TIMES, strict=True)]
    (workspace.folder / sheet).write_text("\n".join(["path,datetime", *rows]))
    workspace.config["usable"] = {"metres": 1000, "flags": []}
    line = f"b reads results of site ({sheet}), as they were before this call: call again"
    assert line not in workspace.run("--dry-run", sheet).text
    done = workspace.run(sheet)
    assert done.status == 0 and line in done.text, done.text
    assert line not in workspace.run(sheet).text

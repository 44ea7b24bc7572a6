"""The workflow as a module of another one: with and without a prefix and names of its own."""

import pytest
from conftest import OFFSETS, ROOT, TIMES, Workspace, small_stack

SNAKEFILE = """
module stackshift:
    snakefile: "{snakefile}"
    config: config["stackshift"]
    {prefix}

use rule * from stackshift{names}

rule mine:
    default_target: True
    input: rules.{overview}.output.lines
    output: "verdicts.txt"
    shell: "cp {{input}} {{output}}"

onsuccess:
    stackshift.onsuccess()
"""


def module(folder, config, prefix="", names="", own="") -> Workspace:
    """A workflow that uses this one as a module."""
    (folder / "Snakefile").write_text(
        SNAKEFILE.format(
            snakefile=ROOT / "Snakefile", prefix=prefix, names=names, overview=f"{own}overview"
        )
    )
    return Workspace(folder, config, folder)


def prefixed(folder, **config) -> Workspace:
    """The same with a prefix, two small scenes and a config."""
    small_stack(folder / "scenes", times=TIMES[:2], offsets=OFFSETS[:2])
    config = {"stacks": {"site": {"directory": "scenes"}}} | config
    config = {"stackshift": config | {"tiles": {"rows": 1, "columns": 1}}}
    return module(folder, config, 'prefix: "rtc/"', " as rtc_*", "rtc_")


def test_what_is_told_of_earlier_runs_is_told_of_those_below_the_prefix(tmp_path):
    for place, day in (("rtc/results", 1), ("results", 2)):
        (tmp_path / place / f"site/VV/tiles/2021010{day}T000000").mkdir(parents=True)
        for other in ("VH", "HH")[day - 1 : day]:
            (tmp_path / place / "site" / other / "analysis").mkdir(parents=True)
            (tmp_path / place / "site" / other / "analysis" / "scenes.csv").touch()
    text = " ".join(prefixed(tmp_path).run("-n", "rtc_supersets").text.split())
    assert "20210101T000000" in text and "20210102T000000" not in text
    assert "rtc/results/site/VH is of an earlier run" in text and "site/HH" not in text


def test_a_table_of_an_earlier_run_is_relative_to_the_working_folder(tmp_path):
    (tmp_path / "before.csv").write_text("")
    workspace = prefixed(tmp_path, compare=["site", "before.csv"])
    done = workspace.run("--dry-run", "rtc/results/comparison/site__before/VV.csv")
    assert done.status == 0 and "rtc_compare_results" in done.text, done.text


@pytest.mark.long
@pytest.mark.parametrize(
    ("prefix", "names", "own"),
    [("", "", ""), ('prefix: "rtc/"', " as rtc_*", "rtc_")],
)
def test_a_run_from_another_workflow(tmp_path, prefix, names, own):
    small_stack(tmp_path / "scenes", times=TIMES[:2], offsets=OFFSETS[:2])
    stacks = {"site": {"directory": "scenes"}}
    if prefix:
        stacks["made"] = {"simulate": {"scenes": 2, "rows": 128, "columns": 128}}
    # Keys of the other workflow are none of the module's.
    config = {
        "stacks": "of the other workflow",
        "stackshift": {"stacks": stacks, "tiles": {"rows": 1, "columns": 1}, "keep": []},
    }
    workspace = module(tmp_path, config, prefix, names, own)
    profile = ("--workflow-profile", ROOT / "profiles" / "default")
    done = workspace.run(*profile)
    assert done.status == 0, done.text
    results = tmp_path / ("rtc" if prefix else "") / "results"
    verdicts = (tmp_path / "verdicts.txt").read_text()
    heads = [line.split(":")[0] for line in verdicts.splitlines() if line[0] != " "]
    together = ["all 2 stacks"] if prefix else []
    assert heads == [*(f"{stack} VV" for stack in sorted(stacks)), *together]
    # The closing lines, and no raster that is not kept.
    assert verdicts in done.text
    assert f"Overview: {results / 'overview.html'}" in done.text
    rasters = {path.relative_to(results).parts[2] for path in results.rglob("*.tif")}
    assert not rasters & {"superset", "flatten", "tiles"}
    made = {path.name for path in tmp_path.iterdir() if path.name[0] != "."}
    made -= {"scenes", "Snakefile", "my.yaml", "verdicts.txt"}
    assert made == ({"rtc"} if prefix else {"results", "logs", "benchmarks"})
    assert workspace.dry(*profile) == {}
    forced = workspace.dry(*profile, f"--forcerun={own}correlate")
    assert forced[f"{own}correlate"] == len(stacks)
    # A scene replaced is seen although tiles are gone.
    small_stack(tmp_path / "scenes", times=TIMES[:1], offsets=[(1, 1)])
    assert workspace.dry(*profile)[f"{own}correlate"] == 1

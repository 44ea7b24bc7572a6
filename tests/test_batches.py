"""Jobs of several scenes: what goes together, and that what they make is what jobs of one make."""

import re
import shutil
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT, TIMES, TOGETHER, Workspace, small_stack
from makers import write_scene

from stackflow.batches import COPIED, MATCHED, chunks, of_pairs, of_scenes, size_of
from stackio import job
from stackshift.stack.pairing import template_members, template_pairs

STAGES = "superset", "flatten", "tile", "correlate", "align"


def names(count, first=0):
    days = range(first, first + count)
    return [(datetime(2016, 1, 1) + timedelta(days=6 * d)).strftime("%Y%m%dT%H%M%S") for d in days]


@pytest.mark.parametrize(
    ("side", "tiles", "asked", "scenes", "pairs"),
    [(100, 1, None, 16, 16), (2000, 1, None, 16, 16), (1024, 64, None, 16, 15),
     (4096, 64, None, 16, 8), (6000, 64, None, 10, 5), (8192, 64, None, 6, 3),
     (20000, 64, None, 1, 1), (100, 1, 1, 1, 1), (8192, 64, 40, 40, 40)],
)  # fmt: skip
def test_small_scenes_go_together_and_large_ones_do_not(side, tiles, asked, scenes, pairs):
    found = [size_of(side * side, tiles, work, asked) for work in (COPIED, MATCHED)]
    assert found == [scenes, pairs]


def test_parts_hold_every_name_once_and_no_more_than_asked():
    everything = names(400)
    parts = chunks(everything, 16)
    assert [name for part in parts for name in part] == everything
    assert max(map(len, parts)) <= 16
    # Most of what is asked in the mean: 48 (1 - (47/48)^16) = 13.7.
    assert 11.5 < 400 / len(parts) < 15.5


def test_a_scene_more_or_less_leaves_all_but_a_few_jobs_as_they_were():
    everything = names(400)
    before = set(map(tuple, chunks(everything, 16)))
    changed = []
    for without in range(0, 400, 7):
        after = set(map(tuple, chunks(everything[:without] + everything[without + 1 :], 16)))
        changed.append(len(after - before))
    # Up to the next of one in 48 names, 3.5 parts; parts of equal numbers would change half of 25.
    assert sum(changed) / len(changed) < 6
    # At the end, as a stack grows, none but the last.
    for count in range(1, 400):
        earlier = chunks(everything[:count], 16)
        assert chunks(everything[: count + 1], 16)[: len(earlier) - 1] == earlier[:-1]


@pytest.mark.parametrize("count", range(2, 17))
def test_a_stack_that_fits_in_a_job_is_one_but_for_scenes_beyond_the_template(count):
    everything = names(40)
    for first in range(24):
        scenes = {("a", "VV"): everything[first : first + count]}
        members = {product: template_members(found) for product, found in scenes.items()}
        together = of_scenes(scenes, members, {("a", "VV"): 16})
        old = 8 if 8 <= count < 16 else count
        expected = [size for size in (old, count - old) if size > 1]
        assert [len(batch.members) for batch in together] == expected


def stack(count, most=16, following=2):
    """Scenes, pairs and batches of two stacks, one of them with a scene less."""
    scenes = {("a", "VV"): names(count), ("a", "VH"): names(count)}
    scenes["b", "VV"] = [name for name in names(count) if name != names(count)[2]]
    pairs = {
        product: [
            (found[new], found[old])
            for new in range(len(found))
            for old in range(max(0, new - following), new)
        ]
        for product, found in scenes.items()
    }
    members = {product: template_members(found) for product, found in scenes.items()}
    sizes = dict.fromkeys(scenes, most)
    needed = {name: set(template_pairs(members[name], pairs[name])) for name in scenes}
    batched = of_pairs(scenes, members, sizes, pairs, needed)
    return scenes, pairs, of_scenes(scenes, members, sizes), batched


def test_no_scene_and_no_pair_is_made_twice_and_a_batch_serves_both_polarizations():
    scenes, pairs, together, of_two = stack(60)
    for wanted, batches in ((scenes, together), (pairs, of_two)):
        for (name, polarization), members in wanted.items():
            ours = [
                tuple(member.values())
                for batch in batches
                if name in batch.stacks.split("|")
                and polarization in batch.polarizations.split("|")
                for member in batch.members
            ]
            assert len(ours) == len(set(ours))
            assert set(ours) <= {(one,) if isinstance(one, str) else one for one in members}
            assert len(ours) > 0.8 * len(members)
    assert {batch.polarizations for batch in together if batch.stacks == "a"} <= {"VV|VH"}
    assert len({batch.key for batch in together}) == len(together)
    # Where both stacks have the same scenes, one rule serves them if their polarizations agree.
    assert all(len(batch.members) > 1 for batch in (*together, *of_two))


def test_the_templates_scenes_are_in_no_job_of_others():
    for count in range(9, 60, 5):
        scenes, _, together, of_two = stack(count)
        members = set(template_members(scenes["a", "VV"]))
        for batch in together:
            if batch.stacks == "a":
                assert len({name in members for name in batch.column("scene")}) == 1
        for batch in of_two:
            if batch.stacks == "a":
                assert len({name in members for name in batch.column("reference")}) == 1


def test_more_pairs_leave_the_jobs_of_those_that_the_template_needs_as_they_were():
    """A job writes all of its pairs anew, and Snakemake would make the template again of them."""
    for count in (3, 8, 20, 40, 60):
        fewer, more = (stack(count, following=following) for following in (1, 3))
        old = names(count)[: {3: 3, 8: 8, 20: 16, 40: 32, 60: 32}[count]]
        # Neighbours among the oldest 8, 16 or 32 scenes.
        needed = {(newer, older) for older, newer in pairwise(old)}
        kept = []
        for *_, of_two in (fewer, more):
            ours = [one for one in of_two if "a" in one.stacks.split("|")]
            pairs = {one.key: set(map(tuple, map(dict.values, one.members))) for one in ours}
            kept.append({key: found for key, found in pairs.items() if found & needed})
            assert all(found <= needed for found in kept[-1].values())
        assert set.union(*kept[0].values()) == set.union(*kept[1].values())
        assert kept[0] == kept[1]


def test_none_where_one_scene_is_a_job():
    assert stack(30, most=1)[2:] == ([], [])


def test_a_job_of_several_is_as_many_jobs():
    files = SimpleNamespace(items=lambda: [("tiles", ["a", "b"]), ("image", "one")])
    made = SimpleNamespace(items=lambda: [("offsets", ["x", "y"])])
    params = {"members": [{"scene": "1", "made_from": "p"}, {"scene": "2", "made_from": "q"}]}
    whole = SimpleNamespace(
        input=files, output=made, params=params | {"cut": 8}, wildcards={"stack": "s"}
    )
    first, second = job.members(whole)
    assert (first.input.tiles, first.output.offsets, first.params.made_from) == ("a", "x", "p")
    assert (second.input.tiles, second.output.offsets, second.params.made_from) == ("b", "y", "q")
    assert (second.input.image, second.params.cut) == ("one", 8)
    assert (second.wildcards.scene, second.wildcards.stack) == ("2", "s")
    alone = SimpleNamespace(params={})
    assert list(job.members(alone)) == [alone]


def test_an_error_of_a_job_of_several_begins_with_its_stage():
    log = ["logs/site/VV/tile/20220101T000000_and_1_more.log"]
    of_two = SimpleNamespace(rule="tile_20220101T000000_0a1b2c3d", params={"members": []}, log=log)
    assert job.stage_of(of_two) == "tile"
    alone = SimpleNamespace(rule="other_tile", params={}, log=["logs/site/VV/tile/1.log"])
    assert job.stage_of(alone) == "other_tile"


@pytest.fixture(scope="module")
def batched(finished, tmp_path_factory):
    """The stack that all tests share, to the tables, in jobs of several scenes."""
    folder = tmp_path_factory.mktemp("batched")
    shutil.copytree(finished.folder / "scenes", folder / "scenes", copy_function=shutil.copy2)
    workspace = Workspace(folder, finished.config | TOGETHER)
    done = workspace.run("analysed")
    assert done.status == 0, done.text
    return workspace, done


def test_what_jobs_of_several_make_is_what_jobs_of_one_make(finished, batched):
    workspace, done = batched
    # All three scenes, and both pairs; a line each in the table.
    assert {stage: done.jobs[stage] for stage in STAGES} == dict.fromkeys(STAGES, 1)
    assert workspace.results() == {
        path: text for path, text in finished.results().items() if path in workspace.results()
    }
    rasters = sorted(path.relative_to(workspace.folder) for path in workspace.folder.rglob("*.tif"))
    assert len(rasters) > 3 * 6
    for path in rasters:
        assert (workspace.folder / path).read_bytes() == (finished.folder / path).read_bytes()
    assert workspace.dry("analysed") == {}


@pytest.mark.parametrize(
    ("entry", "config"),
    [
        ({"masks": [{"path": "layer.tif"}]}, {}),
        ({"layers": {"area": "layer.tif"}}, {"correlate": {"normalisation": "undo"}}),
        ({"layers": {"area": "layer.tif"}}, {"align": {"reference": "dem"}}),
        ({}, {"align": {"reference": "layer.tif"}}),
    ],
)
def test_scenes_that_go_with_a_layer_have_jobs_of_their_own(tmp_path, entry, config):
    """A job of several takes none along: it would leave masks out, and align with the template."""
    small_stack(tmp_path / "scenes")
    write_scene(tmp_path / "layer.tif", np.ones((150, 170), np.float32), no_data=np.nan)
    stacks = {"stacks": {"site": {"directory": "scenes"} | entry}}
    tiles = {"tiles": {"rows": 1, "columns": 1}}
    jobs = Workspace(tmp_path, stacks | tiles | config | TOGETHER).dry("analysed")
    assert (jobs["flatten"], jobs["tile"], jobs["align"]) == (3, 3, 3)
    assert jobs.get("mask", 0) + jobs.get("layer", 0) == 1


def test_a_stage_is_forced_with_its_batches(batched, tmp_path):
    assert batched[0].dry("analysed", "-R", "correlate")["correlate"] == 1
    grown = batched[0].copy(tmp_path / "grown")
    small_stack(grown.folder / "scenes", times=["20220206T000000"], offsets=[(0, 0)])
    assert grown.run("analysed").status == 0 and grown.dry("analysed") == {}
    # Three scenes together, and the fourth alone.
    assert grown.dry("analysed", "--forcerun", "flatten")["flatten"] == 2


def test_a_scene_more_is_made_by_the_last_batch(batched, tmp_path):
    grown = batched[0].copy(tmp_path / "grown")
    small_stack(grown.folder / "scenes", times=["20220206T000000"], offsets=[(0, 0)])
    jobs = grown.dry("analysed")
    # The older ones are as they were; all are aligned with a new template, that of four.
    expected = {**dict.fromkeys(STAGES, 1), "align": 2}
    assert {stage: jobs[stage] for stage in STAGES} == expected


def test_more_pairs_make_neither_template_nor_alignments_again(batched):
    """As README's table says under `pairs`."""
    workspace, _ = batched
    config = workspace.config | {"pairs": {"next": 2}}
    jobs = Workspace(workspace.folder, config).dry("analysed")
    assert jobs["correlate"] == 1 and "analyse" in jobs
    assert not {"superset", "flatten", "tile", "template", "align"} & set(jobs)


def test_the_json_of_a_pair_that_no_batch_has_can_be_asked_for(batched):
    name = f"results/site/VV/correlation/{TIMES[2]}__{TIMES[0]}.json"
    assert batched[0].dry(name) == {"correlate": 1}


def test_a_stage_has_one_name_in_the_report_and_in_the_graph(batched):
    workspace, _ = batched
    done = workspace.run("analysed", "--report", "report.html")
    assert done.status == 0, done.text
    text = (workspace.folder / "report.html").read_text(encoding="utf-8")
    # The graph's nodes and links, and the jobs of the statistics.
    names = set(re.findall(r'"(?:rule|sourcerule|targetrule)": "([^"]+)"', text))
    assert set(STAGES) < names
    assert {name for name in names if re.search(r"\d", name)} == set()
    graph = workspace.run("analysed", "--rulegraph").text
    labels = re.findall(r'label ?= ?"([^"]+)"', graph)
    assert set(STAGES) < set(labels) and len(labels) == len(set(labels))


def test_a_batch_is_in_the_group_that_the_call_puts_its_stage_into(tmp_path):
    small_stack(tmp_path / "scenes")
    (tmp_path / "Snakefile").write_text(
        f"""
include: "{ROOT / "Snakefile"}"

for one in workflow.rules:
    if one.name.partition("_")[0] in {(*STAGES, "quicklook")} and "_" in one.name:
        print("group of", one.name.partition("_")[0], one._group)
"""
    )
    config = {"stacks": {"site": {"directory": "scenes"}}, "tiles": {"rows": 1, "columns": 1}}
    workspace = Workspace(tmp_path, config | TOGETHER, tmp_path)
    profile = ("--workflow-profile", ROOT / "profiles" / "slurm")

    def groups(*arguments):
        text = workspace.run("--dry-run", *arguments).text
        return dict(re.findall(r"^group of (\w+) (\w+)$", text, re.M))

    own = {"correlate": "None", "align": "None"}
    one = dict.fromkeys(("superset", "flatten", "quicklook", "tile"), "scene")
    assert groups(*profile) == own | one
    assert groups(*profile, "--groups", "flatten=a", "correlate=b") == dict.fromkeys(
        own | one, "None"
    ) | {"flatten": "a", "correlate": "b"}

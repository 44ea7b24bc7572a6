"""Killed at random moments: the next run finishes, and its results are those of a calm run."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest
import yaml
from conftest import ALONE, ROOT, STAGES, Workspace, once, small_stack

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("STACKSHIFT_KILLS", "5"))
# Ends what hangs, and nothing that is slow.
LIMIT = 3600
# Who gets which signal. SIGTERM is what a shell, a scheduler or Ctrl-C's politer sister sends.
WAYS = (
    ("main", signal.SIGTERM),
    ("main", signal.SIGKILL),
    ("job", signal.SIGKILL),
    ("all", signal.SIGKILL),
    ("all", signal.SIGTERM),
)


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """An undisturbed run, and how long it took."""
    config = {
        "stacks": {"site": {"directory": "scenes"}},
        "tiles": {"rows": 1, "columns": 2},
        "pairs": {"next": 1},
    }

    def make(folder):
        small_stack(folder / "scenes")
        start = time.perf_counter()
        done = Workspace(folder, config).run("analysed")
        assert done.status == 0, done.text
        (folder / "seconds").write_text(str(time.perf_counter() - start))

    folder = once(tmp_path_factory, "calm", make)
    return Workspace(folder, config), float((folder / "seconds").read_text())


def start(workspace) -> subprocess.Popen:
    """The run, in a session of its own so that it can be killed as a whole."""
    (workspace.folder / "my.yaml").write_text(yaml.safe_dump(ALONE | workspace.config))
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "analysed", "--cores", "2", "--snakefile",
         str(ROOT / "Snakefile"), "--directory", str(workspace.folder), "--configfile",
         str(workspace.folder / "my.yaml")],
        cwd=workspace.folder, start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def strike(process, victim: str, with_signal: int) -> str:
    """Send the signal; what it met."""
    main = psutil.Process(process.pid)
    family = main.children(recursive=True)
    jobs = [p for p in family if any("scripts/tmp" in part for part in cmdline(p))]
    targets = {"main": [main], "job": jobs[:1], "all": [*family, main]}[victim]
    for target in targets:
        try:
            target.send_signal(with_signal)
        except psutil.NoSuchProcess:
            continue
    return f"{len(targets)} of {len(family) + 1} processes, {len(jobs)} jobs running"


def cmdline(process) -> list[str]:
    """Its command, empty if it is gone."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_run_goes_on_where_it_was(calm, tmp_path, number):
    undisturbed, seconds = calm
    draw = random.Random(number)
    victim, with_signal = WAYS[number % len(WAYS)]
    # Every second one in jobs of several scenes, whose results are the same.
    batches = {"batches": {"scenes": None}} if number % 2 else {}
    workspace = Workspace(tmp_path, undisturbed.config | batches)
    os.symlink(undisturbed.folder / "scenes", tmp_path / "scenes")
    process = start(workspace)
    moment = draw.uniform(0.3, 0.95) * seconds
    time.sleep(moment)
    met = strike(process, victim, with_signal) if process.poll() is None else "already done"
    # Asked politely, Snakemake ends its jobs first.
    process.wait(LIMIT)
    half = len(list((tmp_path / "results").rglob("*.tif")))
    done = workspace.run("analysed")
    locked = "--unlock" in done.text and done.status != 0
    if locked:
        assert workspace.run("--unlock").status == 0
        done = workspace.run("analysed")
    print(
        f"\nkill {number + 1}: {with_signal.name} to {victim} after {moment:.1f} s: {met}, "
        f"{half} rasters there{', locked' if locked else ''}, {sum(done.jobs.values())} jobs left"
    )
    assert done.status == 0, done.text
    assert workspace.results() == undisturbed.results()
    names = {p.relative_to(tmp_path / "results") for p in (tmp_path / "results").rglob("*")}
    expected = {
        p.relative_to(undisturbed.folder / "results")
        for p in (undisturbed.folder / "results").rglob("*")
    }
    assert {p for p in names if ".part" not in p.name} == expected
    for path in expected:
        if path.suffix == ".tif":
            calm_file = undisturbed.folder / "results" / path
            assert (tmp_path / "results" / path).read_bytes() == calm_file.read_bytes()


@pytest.fixture(scope="module")
def anew(calm, tmp_path_factory):
    """The run of the same scenes processed anew, which lie elsewhere."""

    def make(folder):
        small_stack(folder / "scenes", offsets=[(0.0, 0.0), (-1.5, 2.0), (1.0, 0.5)])
        assert Workspace(folder, calm[0].config).run("analysed").status == 0

    return Workspace(once(tmp_path_factory, "anew", make), calm[0].config)


def kill_job_of(process, stage: str) -> None:
    """Kill the first job of a stage, as the kernel does where memory runs out."""
    while process.poll() is None:
        for child in psutil.Process(process.pid).children(recursive=True):
            if any(part.endswith(f".{stage}.py") for part in cmdline(child)[-1:]):
                child.kill()
                return
        time.sleep(0.005)
    raise AssertionError(f"no job of {stage} was seen")


@pytest.mark.parametrize(
    ("stage", "batches"),
    [*((stage, 1) for stage in STAGES), *((stage, None) for stage in STAGES[:6])],
)
def test_what_a_killed_job_took_away_makes_nothing_old_stand(calm, anew, tmp_path, stage, batches):
    """All is there, of the scenes as they were; a job of the call that makes it anew is killed."""
    workspace = calm[0].copy(tmp_path / "run")
    workspace.config["batches"] = {"scenes": batches}
    assert workspace.run("analysed").status == 0
    shutil.rmtree(workspace.folder / "scenes")
    shutil.copytree(anew.folder / "scenes", workspace.folder / "scenes")
    process = start(workspace)
    kill_job_of(process, stage)
    assert process.wait(LIMIT) != 0
    done = workspace.run("analysed")
    assert done.status == 0, done.text
    assert workspace.results() == anew.results()

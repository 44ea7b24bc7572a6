"""Runs of the workflow in folders of their own."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import snakemakes
import yaml
from listings import ONE, TWO
from makers import NORTH, POSTING, WEST, displaced, hyp3_name, read, texture, write_scene
from waves import GRID

import superset

ROOT = Path(__file__).parents[1]


ALONE = {"batches": {"scenes": 1}}
# For a run of which the jobs do not matter: a third of them.
TOGETHER = {"batches": {"scenes": 3}}
STAGES = ["superset", "flatten", "tile", "correlate", "template", "align"]
STAGES += ["analyse", "locate", "verdict"]


@dataclass
class Run:
    """What a call of snakemake gave: exit status and everything it printed."""

    status: int
    text: str

    @property
    def jobs(self) -> dict[str, int]:
        """Number of jobs by rule, without targets; empty if there was nothing to do."""
        table = re.search(r"^Job stats.*?─\s*\n((?: *\w[\w ]* \d+ *\n)+)", self.text, re.M | re.S)
        lines = [] if table is None else table[1].splitlines()
        # The table shows the underscores of a name as blanks.
        found = {"_".join(words): int(n) for *words, n in map(str.split, lines)}
        return {rule: n for rule, n in found.items() if rule not in ("total", "all")}


@dataclass
class Workspace:
    """A folder with a config, in which the workflow is run as a user would run it.

    But each scene has a job of its own unless the config says otherwise, as if it were large.
    """

    folder: Path
    config: dict
    source: Path = ROOT

    def run(self, *arguments, cores=2) -> Run:
        (self.folder / "my.yaml").write_text(yaml.safe_dump(ALONE | self.config))
        command = ["--cores", cores, "--snakefile", self.source / "Snakefile"]
        # Last, as --configfile takes all names that follow it for further configs.
        command += ["--directory", self.folder, *arguments]
        command += ["--configfile", self.folder / "my.yaml"]
        status, out, err = snakemakes.call(list(map(str, command)), self.folder)
        return Run(status, out + err)

    def dry(self, *arguments) -> dict[str, int]:
        """Number of jobs by rule that a run would start."""
        done = self.run("--dry-run", *arguments)
        assert done.status == 0, done.text
        return done.jobs

    def results(self) -> dict[str, bytes]:
        """Content of all JSONs and CSVs of the stacks by path."""
        root = self.folder / "results"
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.suffix in (".json", ".csv")
            and path.parent != root
            and path.name != "scenes_usable.csv"
        }

    def analysis(self, table: str, stack="site", polarization="VV") -> pd.DataFrame:
        """A table of the analysis."""
        path = self.folder / "results" / stack / polarization / "analysis" / f"{table}.csv"
        return pd.read_csv(path, dtype={"reference": str, "secondary": str})

    def copy(self, folder: Path, source: Path | None = None) -> "Workspace":
        """The same folder again with all results and time stamps."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Workspace(folder, yaml.safe_load(yaml.safe_dump(self.config)), source or self.source)


TIMES = ["20220101T000000", "20220113T000000", "20220125T000000"]
# (rows to the south, columns to the east) of the scenes, in pixels.
OFFSETS = [(0.0, 0.0), (2.0, -1.0), (-1.0, 3.0)]


def small_stack(folder: Path, polarization="VV", times=TIMES, offsets=OFFSETS) -> Path:
    """Scenes of 150 x 170 pixels, displaced by known offsets, with speckle of their own."""
    truth = texture(256, 256, seed=7)
    for i, (time, offset) in enumerate(zip(times, offsets, strict=True)):
        random = np.random.default_rng(100 + i)
        image = displaced(truth, *offset)[20:170, 30:200]
        image = np.maximum(image, 1e-4) * random.gamma(20, 1 / 20, image.shape)
        write_scene(folder / hyp3_name(time, polarization), image.astype(np.float32), no_data=0)
    return folder


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A working folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def onto_grid(tmp_path):
    """Brings a scene onto the grid of `waves`, and reads what that made."""

    def brought(scene, resampling="sinc", no_data="auto", grid=GRID):
        out = tmp_path / "out.tif"
        files = [{"path": str(scene)}]
        superset.main(files, grid, out, resampling, no_data, "S1A")
        return read(out)

    return brought


@pytest.fixture
def two_scenes(folder):
    """Two scenes in a folder, of which the sheet beside them knows the times."""
    os.mkdir("a")
    for path in (ONE, TWO, ONE.replace("VV", "VH"), TWO.replace("VV", "VH")):
        open(path, "wb").close()


def once(tmp_path_factory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is filled by the first worker that asks for it; no worker may change it."""
    common = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    made = common / f"{name}-once"
    with open(common / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder = tmp_path_factory.mktemp(name)
            make(folder)
            folder.rename(made)
    return made


def run_once(tmp_path_factory, name, config, fill, *arguments) -> Workspace:
    """A run that is made once for all workers; each has a copy of its folder."""

    def make(folder):
        fill(folder)
        done = Workspace(folder, config).run(*arguments)
        assert done.status == 0, done.text

    made = once(tmp_path_factory, name, make)
    return Workspace(made, config).copy(tmp_path_factory.mktemp(name) / "run")


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Workspace:
    """A finished run of three small scenes; copy it before changing anything."""
    config = {
        "stacks": {"site": {"directory": "scenes"}},
        "superset": {
            "extent": "bounds",
            "bounds": [WEST, NORTH - 150 * POSTING, WEST + 170 * POSTING, NORTH],
        },
        "tiles": {"rows": 2, "columns": 2},
        "pairs": {"next": 1},
    }
    return run_once(
        tmp_path_factory, "finished", config, lambda folder: small_stack(folder / "scenes")
    )

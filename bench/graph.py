"""What Snakemake's graph costs: many tiny scenes, so that the work itself is next to nothing.

    python bench/graph.py --scenes 150                # runs
    python bench/graph.py --scenes 1000 --pretend     # with empty files as the results of a run

Scenes of 256 x 256 pixels: jobs and seconds of a call, and the jobs that a cluster would get.
"""

import argparse
import inspect
import json
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import rasterio
from pipeline import ROOT, measure
from rasterio.transform import Affine

STATS = re.compile(r"^ total +(\d+)", re.M)
# The jobs that the profile for Slurm would submit, by what they do.
CLUSTER = """
import collections, sys
from snakemake import cli
from snakemake.dag import DAG

update = DAG.update_groups

def counted(self):
    update(self)
    jobs, seen = collections.Counter(), set()
    for job in self.needrun_jobs():
        group = self.get_job_group(job)
        if group is None and job.output:
            jobs[job.rule.name.partition("_2")[0]] += 1
        elif group is not None and id(group) not in seen:
            seen.add(id(group))
            jobs["group " + job.group] += 1
    print("CLUSTER", sum(jobs.values()), dict(jobs))

DAG.update_groups = counted
cli.main(sys.argv[1:])
"""


def add_scenes(folder: Path, first: int, count: int) -> None:
    """Scenes of 256 x 256 pixels, 12 days apart."""
    folder.mkdir(exist_ok=True)
    ground = np.exp(np.random.default_rng(0).normal(size=(256, 256)))
    for i in range(first, first + count):
        random = np.random.default_rng(i + 1)
        image = ground * random.standard_gamma(5, (256, 256)) / 5
        time = (datetime(2017, 1, 1, 5, 23, 1) + timedelta(days=12 * i)).strftime("%Y%m%dT%H%M%S")
        with rasterio.open(
            folder / f"S1A_IW_{time}_DVP_RTC30_G_gpuned_0000_VV.tif", "w", driver="GTiff",
            dtype="float32", count=1, width=256, height=256, crs="EPSG:32611", nodata=0,
            transform=Affine(30, 0, 300000, 0, -30, 3900000),
        ) as target:  # fmt: skip
            target.write(image.astype(np.float32), 1)


def pretend(command: list, work: Path) -> None:
    """Leave empty files where a run would leave its results, to be taken for those."""
    run([*command, "--until", "inventory"], work)
    listed = run([*command, "--summary"], work).splitlines()
    for path in (work / line.split("\t")[0] for line in listed if line.startswith("results/")):
        if path.parent.name == "tiles":
            path.mkdir(parents=True, exist_ok=True)
        elif not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    run([*command, "--touch"], work)


def run(command: list, work: Path) -> str:
    """What a command prints."""
    done = subprocess.run(
        list(map(str, command)), cwd=work, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command} failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout + done.stderr


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=inspect.cleandoc(__doc__).splitlines()[0])
    parser.add_argument("--scenes", type=int, default=150)
    parser.add_argument("--next", type=int, default=1, help="pairs.next")
    parser.add_argument("--tiles", type=int, help="rows and columns of tiles; as many as fit")
    parser.add_argument("--alone", action="store_true", help="a job a scene, as of large scenes")
    parser.add_argument("--pretend", action="store_true", help="no run, but empty files")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        add_scenes(work / "scenes", 0, options.scenes)
        config = {
            "stacks": {"graph": {"directory": str(work / "scenes")}},
            "superset": {"extent": "bounds", "bounds": [300000, 3892320, 307680, 3900000]},
            "tiles": {"rows": options.tiles, "columns": options.tiles},
            "pairs": {"next": options.next},
            "batches": {"scenes": 1 if options.alone else None},
        }
        (work / "graph.yaml").write_text(json.dumps(config))
        given = [
            "analysed", "--cores", options.cores, "--snakefile", ROOT / "Snakefile",
            "--directory", work, "--configfile", work / "graph.yaml",
        ]  # fmt: skip
        command = [sys.executable, "-m", "snakemake", *given]
        dry = [*command[:4], "--dry-run", *command[4:]]
        alone = ", a job each" if options.alone else ""
        tiles = (options.tiles or 2) ** 2
        print(f"{options.scenes} scenes, {tiles} tiles, next {options.next}{alone}.\n")
        print("| call | jobs | wall (s) | CPU (s) | of it Snakemake (s) |\n|---|---|---|---|---|")

        def say(what: str, called: list) -> None:
            jobs = STATS.search(run(dry, work))
            cost = measure(called, work)
            count = jobs[1] if jobs else 0
            print(f"| {what} | {count} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.own:.1f} |",
                  flush=True)  # fmt: skip

        say("dry run", dry)
        if options.pretend:
            pretend(command, work)
        else:
            say("first run", command)
        say("nothing to do", command)
        add_scenes(work / "scenes", options.scenes, 1)
        say("dry run with a scene more", dry)
        if not options.pretend:
            say("a scene more", command)
        slurm = ["--workflow-profile", ROOT / "profiles" / "slurm", "--dry-run"]
        with tempfile.TemporaryDirectory() as other:
            moved = [other if part is work else part for part in given]
            text = run([sys.executable, "-c", CLUSTER, *moved[:1], *slurm, *moved[1:]], work)
        found = re.findall(r"CLUSTER (.*)", text)
        print(f"\nJobs on a cluster: {found[-1]}")


if __name__ == "__main__":
    main()

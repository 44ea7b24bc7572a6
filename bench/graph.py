"""What Snakemake's graph costs: many tiny scenes, so that the work itself is next to nothing."""

import argparse
import json
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import rasterio
from pipeline import ROOT, measure
from rasterio.transform import Affine

HEAD = """# What the graph costs

Taken with `python bench/graph.py`: scenes so small that the work itself is next to nothing,
to the tables (target `analysed`), with fixed bounds. What is left is Snakemake's own time, and the
start of an interpreter with NumPy, rasterio and SciPy for each job.

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


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=150)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write docs/graph.md")
    options = parser.parse_args()
    lines = []

    def say(line: str = "") -> None:
        print(line, flush=True)
        lines.append(line)

    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        add_scenes(work / "scenes", 0, options.scenes)
        (work / "graph.yaml").write_text(
            json.dumps(
                {
                    "stacks": {"graph": {"directory": str(work / "scenes")}},
                    "superset": {"extent": "bounds", "bounds": [300000, 3892320, 307680, 3900000]},
                }
            )
        )
        command = [
            sys.executable, "-m", "snakemake", "analysed", "--cores", options.cores, "--snakefile",
            ROOT / "Snakefile", "--directory", work, "--configfile", work / "graph.yaml",
        ]  # fmt: skip
        jobs = 3 * options.scenes + 3 * options.scenes - 6 + 7
        say(f"{options.scenes} scenes, 64 tiles, next 3: {jobs} jobs, {options.cores} cores.")
        say()
        say("| call | wall (s) | CPU (s) | of it Snakemake (s) |")
        say("|---|---|---|---|")
        for what, arguments in (
            ("dry run", ["--dry-run"]),
            ("first run", []),
            ("nothing to do", []),
            ("dry run with a scene more", ["--dry-run"]),
            ("a scene more", []),
        ):
            if what == "dry run with a scene more":
                add_scenes(work / "scenes", options.scenes, 1)
            cost = measure([*command[:4], *arguments, *command[4:]], work)
            say(f"| {what} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.own:.1f} |")
            if what == "first run":
                each = (cost.cpu / jobs, cost.own / jobs)
        say()
        say(f"A job costs {each[0]:.2f} CPU seconds, {each[1]:.3f} of them Snakemake's own.")
    if options.write:
        (ROOT / "docs" / "graph.md").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The whole workflow beside the mended notebook: CPU, wall time, memory and bytes, in one run.

Makes its own scenes, runs both on them one after the other, and prints ratios: absolute times say
more about the machine than about the code. Writes docs/benchmark.md with --write.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import rasterio
from rasterio.transform import Affine

ROOT = Path(__file__).parents[1]
USED = re.compile(r"used ([\d.]+) CPU seconds and at most (\d+) MB")
STAGES = ("grid", "superset", "flatten", "tile", "correlate", "template", "align", "analyse",
          "locate", "verdict")  # fmt: skip


@dataclass
class Cost:
    """What a command took: seconds, megabytes; ``own`` is the CPU of its first process alone."""

    cpu: float
    wall: float
    tree: float
    largest: float
    written: float
    own: float
    stages: dict = field(default_factory=dict)


class Watch(threading.Thread):
    """Looks every 50 ms at the memory of a process and all its children."""

    def __init__(self, process: psutil.Process):
        super().__init__(daemon=True)
        self.process, self.tree, self.largest, self.own = process, 0.0, 0.0, 0.0
        self.done = threading.Event()

    def run(self) -> None:
        """Sample until told to stop."""
        while not self.done.wait(0.05):
            total = 0.0
            try:
                times = self.process.cpu_times()
                self.own = times.user + times.system
                members = [self.process, *self.process.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
            for member in members:
                try:
                    # Pages that processes share are not counted again for each.
                    used = member.memory_full_info()
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
                total += used.pss / 1e6
                if member != self.process:
                    self.largest = max(self.largest, used.rss / 1e6)
            self.tree = max(self.tree, total)


def measure(command: list, folder: Path, environment: dict | None = None) -> Cost:
    """Run a command in a folder and tell what it and all its children took."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=os.environ | (environment or {}),
    )  # fmt: skip
    watch = Watch(psutil.Process(process.pid))
    watch.start()
    text, _ = process.communicate()
    wall = time.perf_counter() - start
    watch.done.set()
    watch.join()
    if process.returncode:
        sys.exit(f"{command} failed:\n{text[-3000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        wall=wall,
        tree=watch.tree,
        largest=watch.largest,
        written=(after.ru_oublock - before.ru_oublock) * 512 / 1e9,
        own=watch.own,
    )


def make_scenes(folder: Path, scenes: int, size: int) -> None:
    """Scenes of one textured ground with speckle of their own, each displaced by whole pixels."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    margin = 8
    coarse = random.normal(size=(size // 4 + margin, size // 4 + margin)).astype(np.float32)
    ground = np.exp(0.6 * np.kron(coarse, np.ones((4, 4), np.float32)) - 2)
    for number in range(scenes):
        down, right = random.integers(0, margin, 2)
        speckle = random.standard_gamma(5, (size, size), dtype=np.float32) / 5
        image = ground[down : down + size, right : right + size] * speckle
        month, day = divmod(number, 28)
        name = f"S1A_IW_2024{month + 1:02d}{day + 1:02d}T052301_DVP_RTC30_G_gpuned_0000_VV.tif"
        with rasterio.open(
            folder / name, "w", driver="GTiff", dtype="float32", count=1, width=size, height=size,
            crs="EPSG:32611", transform=Affine(30, 0, 300000, 0, -30, 3900000), nodata=0,
        ) as target:  # fmt: skip
            target.write(image, 1)


def run_workflow(folder: Path, scenes: Path, cores: int, target: str, pairs: int = 1) -> Cost:
    """The workflow from the command line to its tables (target ``analysed``) or to the end."""
    folder.mkdir()
    # YAML is a superset of JSON.
    (folder / "bench.yaml").write_text(
        json.dumps({"stacks": {"bench": {"directory": str(scenes)}}, "pairs": {"next": pairs}})
    )
    cost = measure(
        [sys.executable, "-m", "snakemake", target, "--cores", cores, "--snakefile",
         ROOT / "Snakefile", "--directory", folder, "--configfile", folder / "bench.yaml"],
        folder,
    )  # fmt: skip
    for log in (folder / "logs" / "bench").rglob("*.log"):
        relative = log.relative_to(folder / "logs" / "bench")
        stage = relative.parts[1] if len(relative.parts) > 2 else relative.stem
        found = USED.search(log.read_text())
        if found:
            cpu, jobs, peak = cost.stages.get(stage, (0.0, 0, 0.0))
            cost.stages[stage] = (cpu + float(found[1]), jobs + 1, max(peak, float(found[2])))
    return cost


FLOOR = """
import sys, time
import numpy as np, scipy.fft
from pathlib import Path
source, work, tiles = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
scenes = sorted(source.glob("*.tif"))
bytes_of = 0
for number, path in enumerate(scenes):
    for step in ("superset", "flatten", "tiles"):
        with open(path, "rb") as read, open(work / f"{step}{number}", "wb") as write:
            while block := read.read(1 << 23):
                write.write(block)
        path = work / f"{step}{number}"
    with open(path, "rb") as read:
        while read.read(1 << 23):
            pass
size = int(round((scenes[0].stat().st_size / 4) ** 0.5)) // tiles
image = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
shape = [scipy.fft.next_fast_len(size, real=True)] * 2
for _ in range((len(scenes) - 1) * tiles * tiles):
    a, b = scipy.fft.rfft2(image, shape), scipy.fft.rfft2(image, shape)
    scipy.fft.irfft2(a * b.conj(), shape)
"""


def row(name: str, cost: Cost, against: Cost | None) -> str:
    """A line of the table, with the ratio of CPU and bytes to the notebook's."""
    ratios = ("", "")
    if against is not None:
        ratios = (
            f"{cost.cpu / against.cpu:.2f}",
            f"{cost.written / against.written:.2f}" if against.written else "",
        )
    return (
        f"| {name} | {cost.cpu:.1f} | {ratios[0]} | {cost.wall:.1f} | {cost.tree:.0f} | "
        f"{cost.largest:.0f} | {cost.written:.2f} | {ratios[1]} |"
    )


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=6)
    parser.add_argument("--size", type=int, default=8192, help="pixels of a side")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--peer", type=Path, default=ROOT.parent / "shared/peers/notebook_fixed.py")
    parser.add_argument("--folder", type=Path, help="where to work, on a disk with 15 GB free")
    parser.add_argument("--write", action="store_true", help="write docs/benchmark.md")
    options = parser.parse_args()
    lines = []

    def say(line: str = "") -> None:
        print(line, flush=True)
        lines.append(line)

    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        work = Path(name)
        make_scenes(work / "scenes", options.scenes, options.size)
        say(f"{options.scenes} scenes of {options.size} x {options.size}, neighbouring pairs, 64 "
            f"tiles, {options.cores} cores.")  # fmt: skip
        say()
        peer = None
        if options.peer.is_file() and shutil.which("gdalwarp"):
            peer = measure(
                [sys.executable, options.peer, work / "scenes", work / "peer", "--quiet",
                 "--serial"], work,
            )  # fmt: skip
            shutil.rmtree(work / "peer")
        else:
            say("The mended notebook was not measured: it needs the script given by --peer and "
                "gdalwarp (Debian's gdal-bin).")  # fmt: skip
            say()
        (work / "floor").mkdir()
        floor = measure([sys.executable, "-c", FLOOR, work / "scenes", work / "floor", 8], work)
        shutil.rmtree(work / "floor")
        tables = run_workflow(work / "tables", work / "scenes", options.cores, "analysed")
        shutil.rmtree(work / "tables")
        whole = run_workflow(work / "whole", work / "scenes", options.cores, "all")
        say("| | CPU (s) | of the notebook's | wall (s) | memory of all (MB) | largest job (MB) | "
            "written (GB) | of the notebook's |")  # fmt: skip
        say("|---|---|---|---|---|---|---|---|")
        if peer:
            say(row("mended notebook, one process", peer, None))
        say(row("stackshift to the tables", tables, peer))
        say(row("stackshift to figures, GIS and pages", whole, peer))
        say(row("floor: the bytes once and the FFTs", floor, peer))
        say()
        say(f"CPU to the tables over the floor: {tables.cpu / floor.cpu:.2f}.")
        say()
        say("| stage | jobs | CPU (s) | share | largest job (MB) |")
        say("|---|---|---|---|---|")
        for stage in (*STAGES, *sorted(set(whole.stages) - set(STAGES))):
            cpu, jobs, peak = whole.stages.get(stage, (0, 0, 0))
            say(f"| {stage} | {jobs} | {cpu:.1f} | {100 * cpu / whole.cpu:.0f} % | {peak:.0f} |")
        share = 100 * whole.own / whole.cpu
        say(f"| Snakemake itself | | {whole.own:.1f} | {share:.0f} % | |")
    if options.write:
        head = (ROOT / "docs" / "benchmark_head.md").read_text(encoding="utf-8")
        page = ROOT / "docs" / "benchmark.md"
        page.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

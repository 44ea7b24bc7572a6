"""The whole workflow beside the mended notebook and a floor: CPU, memory and bytes, in turn.

    python bench/pipeline.py --sizes 4096 --rounds 5
    python bench/pipeline.py --sizes 8192 --rounds 2 --keep figures.jsonl    # adds to those there
    python bench/pipeline.py --sizes 8192 --cases aligned --scenes 18 --keep figures.jsonl  # model
    python bench/pipeline.py --rounds 0 --keep figures.jsonl --write         # docs/benchmark.md

Makes its own scenes and runs all on them in turn, several times. Ratios are of one round: absolute
times say more about the machine and its other work than about the code.
"""

import argparse
import inspect
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
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psutil
import rasterio
from costs import FLOOR, NOTEBOOK, TARGETS, WHOLE_FLOOR, Cost, members, tables
from rasterio.transform import Affine

ROOT = Path(__file__).parents[1]
USED = re.compile(r"used ([\d.]+) CPU seconds and at most (\d+) MB")


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
        user=after.ru_utime - before.ru_utime,
        system=after.ru_stime - before.ru_stime,
        wall=wall,
        tree=watch.tree,
        largest=watch.largest,
        written=(after.ru_oublock - before.ru_oublock) * 512 / 1e9,
        own=watch.own,
    )


def make_scenes(folder: Path, scenes: int, size: int, displaced: bool = True) -> None:
    """Scenes of one textured ground with speckle of their own, some displaced by up to 7 pixels."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    margin = 8
    coarse = random.normal(size=(size // 4 + margin, size // 4 + margin)).astype(np.float32)
    ground = np.exp(0.6 * np.kron(coarse, np.ones((4, 4), np.float32)) - 2)
    for number in range(scenes):
        down, right = random.integers(0, margin, 2) if displaced else (0, 0)
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
    """The workflow from the command line to a target."""
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


FLOOR_PROGRAM = """
import sys
import numpy as np, scipy.fft
from pathlib import Path
source, work, tiles, members = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])
scenes = sorted(source.glob("*.tif"))

def read(path):
    with open(path, "rb") as file:
        while block := file.read(1 << 23):
            yield block

def passed(path):
    for _ in read(path):
        pass

for number, path in enumerate(scenes):
    for step in ("superset", "flatten", "tiles"):
        with open(work / f"{step}{number}", "wb") as write:
            for block in read(path):
                write.write(block)
        path = work / f"{step}{number}"
    passed(path)
size = int(round((scenes[0].stat().st_size / 4) ** 0.5)) // tiles
image = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
shape = [scipy.fft.next_fast_len(size, real=True)] * 2
for _ in range(tiles * tiles):
    before = None
    for _ in scenes:
        now = scipy.fft.rfft2(image, shape)
        if before is not None:
            scipy.fft.irfft2(before * now.conj(), shape)
        before = now
if members:
    for number in range(members):
        passed(work / f"tiles{number}")
    left = 3 * scenes[0].stat().st_size
    with open(work / "template", "wb") as write:
        while left > 0:
            left -= write.write(bytes(1 << 23))
    passed(work / "template")
    for number in range(len(scenes)):
        passed(work / f"tiles{number}")
    for _ in range(tiles * tiles):
        mean = scipy.fft.rfft2(image, shape)
        for _ in scenes:
            scipy.fft.irfft2(mean * scipy.fft.rfft2(image, shape).conj(), shape)
"""


CASES = {"displaced": True, "aligned": False}


def rounds(options, keep) -> None:
    """Take all figures of the sizes and cases that are asked for, and hand on each."""
    peer = options.peer.is_file() and shutil.which("gdalwarp")
    if not peer:
        print("The mended notebook is not measured: it needs the script given by --peer and "
              "gdalwarp (Debian's gdal-bin).", flush=True)  # fmt: skip
    call = time.strftime("%Y-%m-%dT%H:%M:%S")
    for size in options.sizes:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            work = Path(name)
            for case in options.cases:
                make_scenes(work / case, options.scenes, size, CASES[case])
            for number in range(options.rounds):
                # Each case in turn, so that what else the machine does meets all alike.
                for case in options.cases:
                    for what, cost in one_round(work, work / case, options, peer):
                        about = {"scenes": options.scenes, "size": size, "case": case}
                        keep(about | {"round": f"{call} {number}", "what": what}, cost)


def one_round(work: Path, scenes: Path, options, peer: bool):
    """What each way takes, one after the other."""
    floors = {what: [sys.executable, "-c", FLOOR_PROGRAM, scenes, work / "run", 8, count]
              for what, count in ((FLOOR, 0), (WHOLE_FLOOR, members(options.scenes)))}  # fmt: skip
    notebook = [sys.executable, options.peer, scenes, work / "run", "--quiet", "--serial"]
    commands = dict(floors)
    if peer and NOTEBOOK not in options.without:
        commands[NOTEBOOK] = notebook
    for what, command in commands.items():
        (work / "run").mkdir()
        fill_memory(work)
        yield what, measure(command, work)
        shutil.rmtree(work / "run")
    for what, target in TARGETS.items():
        if what not in options.without:
            fill_memory(work)
            yield what, run_workflow(work / "run", scenes, options.cores, target)
            shutil.rmtree(work / "run")


def fill_memory(folder: Path) -> None:
    """Have the kernel hold a file of holes in all memory that is free.

    So it is on a machine that is at work: what is written takes the place of what was read before.
    Free memory a virtual machine's host takes back, and gives it again page by page when a run
    writes, at three times the cost of that: to each run as much as the one before it left.
    """
    with open(folder / "holes", "ab+", buffering=0) as file:
        file.truncate(psutil.virtual_memory().total)
        file.seek(0)
        block = bytearray(1 << 23)
        while file.readinto(block):
            pass


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=inspect.cleandoc(__doc__).splitlines()[0])
    parser.add_argument("--scenes", type=int, default=6)
    parser.add_argument("--sizes", type=int, nargs="+", default=[4096, 8192], help="of a side")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without", nargs="+", choices=(NOTEBOOK, *TARGETS), default=[])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--peer", type=Path, default=ROOT.parent / "shared/peers/notebook_fixed.py")
    parser.add_argument("--folder", type=Path, help="where to work, on a disk with 20 GB free")
    parser.add_argument(
        "--keep", type=Path, help="add each figure to this file, and tell all in it"
    )
    parser.add_argument("--write", action="store_true", help="write docs/benchmark.md")
    options = parser.parse_args()
    kept = []
    if options.keep and options.keep.is_file():
        kept = [json.loads(text) for text in options.keep.read_text().splitlines()]

    def keep(about: dict, cost: Cost) -> None:
        kept.append(about | {"cost": asdict(cost)})
        print(*about.values(), f"{cost.user:.1f} + {cost.system:.1f} s", flush=True)
        if options.keep:
            with open(options.keep, "a", encoding="utf-8") as target:
                target.write(json.dumps(kept[-1]) + "\n")

    rounds(options, keep)
    text = "\n".join(tables(kept)) + "\n"
    print(text)
    if options.write:
        head, tail = (
            (ROOT / "docs" / f"benchmark_{part}.md").read_text(encoding="utf-8")
            for part in ("head", "tail")
        )
        (ROOT / "docs" / "benchmark.md").write_text(head + text + tail, encoding="utf-8")


if __name__ == "__main__":
    main()

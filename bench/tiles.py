"""What a tile of 1024 pixels costs in the job of a pair and in that of a scene's alignment.

    python bench/tiles.py --profile   # and where its time goes

Six scenes of 3072 x 3072 pixels, nine tiles each, with speckle of their own, as they are or
displaced by up to 7 pixels; CPU time of the scripts' functions in one process, files included, one
pair or scene a job, and all of them in one.
"""

import argparse
import cProfile
import inspect
import itertools
import pstats
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
# With fewer than nine tiles the quarters of each are matched too.
CUT, SCENES, SIZE = (3, 3), 6, 3072
OPTIONS = {
    "transform": "log", "search_radius": 32, "taper": 0.1, "cutoff": 0.6, "bins": 16,
    "min_valid": 0.1, "min_psr": 8.0, "max_sigma": 0.15,
}  # fmt: skip


def prepared(work: Path, displaced: bool) -> list[str]:
    """The tiles of all scenes; the names of the scenes."""
    from pipeline import make_scenes

    import tile

    make_scenes(work / "scenes", SCENES, SIZE, displaced)
    paths = sorted((work / "scenes").glob("*.tif"))
    for path in paths:
        (work / path.stem).mkdir()
        tile.main(str(path), str(work / path.stem), *CUT)
    return [path.stem for path in paths]


def pairs(work: Path, names: list[str], together: bool = False) -> int:
    """Match each scene with its neighbour; the number of tiles."""
    import correlate

    found = [
        correlate.Pair(
            (newer, older), (str(work / newer), str(work / older)),
            str(work / f"{newer}__{older}.json"),
        )
        for older, newer in itertools.pairwise(names)
    ]  # fmt: skip
    for some in [found] if together else [[one] for one in found]:
        correlate.main(some, CUT, "coherence", OPTIONS)
    return (len(names) - 1) * CUT[0] * CUT[1]


def template(work: Path, names: list[str], together: bool = True) -> int:
    """Make the template; the number of tiles that go into it."""
    import template as script
    from stackio import raster

    with raster.open_scene(next((work / "scenes").glob("*.tif"))) as source:
        grid = raster.grid_of(source)
    script.main(
        {name: str(work / name) for name in names}, sorted(map(str, work.glob("*__*.json"))), grid,
        CUT, OPTIONS, 1, str(work / "template.tif"), str(work / "template.json"),
    )  # fmt: skip
    return len(names) * CUT[0] * CUT[1]


def aligned(work: Path, names: list[str], together: bool = False) -> int:
    """Match each scene with the template; the number of tiles."""
    import align

    image, report = str(work / "template.tif"), str(work / "template.json")
    found = [align.Scene(name, str(work / name), str(work / f"{name}.json")) for name in names]
    for some in [found] if together else [[one] for one in found]:
        align.main(some, image, report, CUT, OPTIONS)
    return len(names) * CUT[0] * CUT[1]


def main() -> None:
    """Run it and print the milliseconds a tile, the least and the most."""
    parser = argparse.ArgumentParser(description=inspect.cleandoc(__doc__).splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "bench")]
    from stackio import job

    job.keep_memory()
    for displaced in (False, True):
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            names = prepared(work, displaced)
            runs = [(pairs, False), (pairs, True), (template, True), (aligned, False),
                    (aligned, True)]  # fmt: skip
            for stage, together in runs:
                taken = []
                for _ in range(options.rounds):
                    start = time.process_time()
                    tiles = stage(work, names, together)
                    taken.append(1000 * (time.process_time() - start) / tiles)
                case = "displaced" if displaced else "aligned"
                job_of = "all in one job" if together else "a job each"
                print(f"{case}, {stage.__name__}, {job_of}: "
                      f"{min(taken):.1f} - {max(taken):.1f} ms a tile", flush=True)  # fmt: skip
                if options.profile:
                    seen = cProfile.Profile()
                    seen.runcall(stage, work, names, together)
                    pstats.Stats(seen).sort_stats("tottime").print_stats(18)


if __name__ == "__main__":
    main()

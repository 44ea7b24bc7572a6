"""How far each kernel of the superset displaces what is measured.

    python bench/warp.py                          # simulated ground with detail far below a pixel
    python bench/warp.py scenes/*_VV.tif          # neighbours in time of one's own small scenes

The second date of each pair is warped onto a grid that is displaced by a fraction of a pixel along
both axes, and matched with the first; the same match without a warp, and the fraction, are taken
off.
"""

import argparse
import itertools
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

from stackio import raster, warp
from stackshift.ground.lattice import Grid
from stackshift.simulate import simulation
from stackshift.tile import coherence

KERNELS = ("bilinear", "cubic", "lanczos", "sinc")
FRACTIONS = (0.05, 0.12, 0.2, 0.25, 1 / 3, 0.4, 0.45, 0.5)


def warped(path, grid: Grid, kernel: str) -> np.ndarray:
    """A whole raster on another grid."""
    with raster.open_scene(path) as source:
        no_data = raster.no_data_value(source, "auto")
        if kernel == "sinc":
            return np.concatenate([block for _, block in warp.warped(source, grid, no_data)])
        with raster.warped(source, grid, kernel, no_data) as view:
            return raster.masked(raster.read_rows(view, 0, grid.height), no_data)


def simulated(folder: Path, trials: int):
    """Pairs of rasters of two dates: means of 4 x 4 pixels of finer ground with fresh speckle."""
    for trial in range(trials):
        log = 0.9 * simulation.power_law((512, 512), 0.8, np.random.default_rng(trial))
        random = np.random.default_rng((trial, 1))
        pair = []
        for date in "ab":
            fine = np.exp(log) * random.standard_gamma(1, log.shape)
            path = folder / f"{trial}{date}.tif"
            grid = Grid("EPSG:32611", (30.0, 0.0, 3e5, 0.0, -30.0, 4e6), 128, 128)
            with raster.create(path, grid, {}) as target:
                means = fine.reshape(128, 4, 128, 4).mean((1, 3))
                raster.write_rows(target, 0, means.astype(np.float32))
            pair.append(path)
        yield pair


def row(pairs, kernel: str) -> list[tuple[float, float]]:
    """The mean along the worse axis and the rms, pixels, at each fraction."""
    cells = []
    for fraction in FRACTIONS:
        errors = []
        for first, second in pairs:
            with raster.open_scene(first) as source:
                grid = raster.grid_of(source)
            a, _, c, _, e, f = grid.transform
            there = (a, 0.0, c + fraction * a, 0.0, e, f + fraction * e)
            moved = Grid(grid.crs, there, grid.width, grid.height)
            reference = warped(first, grid, "bilinear")
            plain = coherence.match(reference, warped(second, grid, "bilinear")).shift
            found = coherence.match(reference, warped(second, moved, kernel)).shift
            if plain and found:
                errors.append(np.subtract(found, plain) - fraction)
        mean = np.mean(errors, axis=0)
        cells.append((mean[np.abs(mean).argmax()], np.sqrt(np.mean(np.square(errors)))))
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenes", nargs="*", type=Path)
    parser.add_argument("--trials", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.scenes:
            when = re.compile(r"\d{8}T\d{6}")
            scenes = sorted(options.scenes, key=lambda path: when.search(path.name)[0])
            pairs = list(itertools.pairwise(scenes))
        else:
            pairs = list(simulated(Path(folder), options.trials))
        print("| kernel | " + " | ".join(f"{fraction:.2f}" for fraction in FRACTIONS) + " |")
        print("|---|" + "---|" * len(FRACTIONS))
        for kernel in KERNELS:
            cells = (f"{mean:+.4f} / {rms:.4f}" for mean, rms in row(pairs, kernel))
            print(f"| {kernel} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()

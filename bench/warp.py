"""How far each kernel of the superset displaces what is measured.

    python bench/warp.py                          # exact: simulated ground, finer than a pixel
    python bench/warp.py scenes/*_VV.tif          # neighbours in time of one's own small scenes

The second date of each pair lies on a lattice that is off by a fraction of a pixel along both axes.
It is warped onto that of the first and matched with it; the same match of a second date that lies
on the lattice is taken off. Simulated scenes are means of 20 x 20 finer pixels, those of the
displaced lattice by whole fine pixels: an exact truth, with detail finer than a pixel. Real scenes
are brought onto the displaced lattice by a Fourier transform: what is measured is the kernel alone.
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

from stackio import pixels, raster, warp, writing
from stackshift.ground.lattice import Grid, fraction_off
from stackshift.simulate import simulation
from stackshift.tile import coherence

KERNELS = ("bilinear", "cubic", "lanczos", "sinc")
FRACTIONS = (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5)
FINE = 20
TRANSFORM = (30.0, 0.0, 3e5, 0.0, -30.0, 4e6)


def off(grid: Grid, fraction: float) -> Grid:
    """A grid on a lattice further south and east by a fraction of a pixel."""
    a, _, c, _, e, f = grid.transform
    there = (a, 0.0, c + fraction * a, 0.0, e, f + fraction * e)
    return Grid(grid.crs, there, grid.width, grid.height)


def warped(image: np.ndarray, there: Grid, grid: Grid, kernel: str) -> np.ndarray:
    """An image on one grid as the superset brings it onto another."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.tif"
        with writing.create(path, there, {}) as target:
            writing.write_rows(target, 0, image)
        with pixels.opened(path) as source:
            blocks = raster.row_blocks(grid.height)
            return np.concatenate([warp.warped(source, grid, rows, kernel) for rows in blocks])


def simulated(trials: int):
    """(first date, second date by its fraction of a pixel) of fine ground with fresh speckle."""
    for trial in range(trials):
        size = 129 * FINE
        ground = np.exp(0.9 * simulation.power_law((size, size), 0.8, np.random.default_rng(trial)))
        random = np.random.default_rng((trial, 1))
        first, second = (ground * random.standard_gamma(0.1, ground.shape) for _ in "ab")

        def lies(fraction, image=second):
            start, length = round(fraction * FINE), 128 * FINE
            part = image[start : start + length, start : start + length]
            return part.reshape(128, FINE, 128, FINE).mean((1, 3)).astype(np.float32)

        yield lies(0, first), lies, True


def real(paths):
    """The same of one's own scenes, as neighbours in time."""
    when = re.compile(r"\d{8}T\d{6}")
    images = []
    for path in sorted(paths, key=lambda path: when.search(path.name)[0]):
        with raster.open_scene(path) as source:
            images.append(raster.masked(raster.read_rows(source, 0, source.height), 0.0))
    for first, second in itertools.pairwise(images):

        def lies(fraction, image=second):
            log = np.pad(np.log(np.where(image > 0, image, np.nan)), 32, mode="reflect")
            log = np.where(np.isfinite(log), log, np.nanmean(log))
            moved = simulation.fourier_shift(log, (-fraction, -fraction))[32:-32, 32:-32]
            return np.where(image > 0, np.exp(moved), np.nan).astype(np.float32)

        yield first, lies, False


def errors(pair, kernel: str | None) -> list:
    """What is measured too much at each fraction, (rows, columns); without a kernel, of no warp."""
    first, lies, exact = pair
    grid = Grid("EPSG:32611", TRANSFORM, first.shape[1], first.shape[0])
    plain, found = coherence.match(first, lies(0)).shift, []
    for fraction in FRACTIONS:
        second, there = lies(fraction), off(grid, fraction)
        options = {}
        if kernel:
            second = warped(second, there, grid, kernel)
            # As the stages do: detail finer than a pixel has not moved with the warp.
            options = {"moved": fraction_off(there, grid)} if exact else {}
        shift = coherence.match(first, second, **options).shift
        known = plain is not None and shift is not None
        found.append(
            np.subtract(shift, plain) - (0 if kernel else fraction) if known else [np.nan] * 2
        )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenes", nargs="*", type=Path)
    parser.add_argument("--trials", type=int, default=12)
    options = parser.parse_args()
    pairs = list(real(options.scenes) if options.scenes else simulated(options.trials))
    print("| kernel | " + " | ".join(f"{fraction:.2f}" for fraction in FRACTIONS) + " |")
    print("|---|" + "---|" * len(FRACTIONS))
    for kernel in KERNELS if options.scenes else (None, *KERNELS):
        all_ = np.array([errors(pair, kernel) for pair in pairs])
        mean, rms = np.nanmean(all_, axis=0), np.sqrt(np.nanmean(all_**2, axis=(0, 2)))
        worse = [row[np.abs(row).argmax()] for row in mean]
        cells = (f"{m:+.4f} / {r:.4f}" for m, r in zip(worse, rms, strict=True))
        print(f"| {kernel or 'no warp'} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()

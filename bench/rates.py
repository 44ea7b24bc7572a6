"""How often what is called significant is found by chance, and whether error bars are honest.

    python bench/rates.py                  # 2,000 stacks a line; about ten minutes
    python bench/rates.py --stacks 200     # a quick look

Prints tables of nominal against found rates for stacks of 4 to 40 scenes that only scatter: by
their quoted errors (.2 to .6 m), by twice as much, and by .5 or 2 m beyond them; with and without
one scene that is 60 m off. All random numbers come from fixed seeds.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

from stackshift.stack import circle, datum, screening
from stackshift.stack.network import adjust

SCENES = 6, 8, 12, 20, 40
# Scatter beyond the quoted errors in metres, the factor by which these are too small, outlier.
SCATTER = (
    ("as quoted", 0.0, 1.0, 0.0),
    ("twice as quoted", 0.0, 2.0, 0.0),
    ("and .5 m", 0.5, 1.0, 0.0),
    ("and 2 m", 2.0, 1.0, 0.0),
    ("as quoted, one 60 m off", 0.0, 1.0, 60.0),
    ("and 2 m, one 60 m off", 2.0, 1.0, 60.0),
)


def stacks(number, count, natural, wide, off):
    """Offsets (2, scenes), sigmas and the scene that is off of so many stacks."""
    random = np.random.default_rng([count, int(10 * natural), int(10 * wide), int(off)])
    for _ in range(number):
        sigmas = random.uniform(0.2, 0.6, count)
        offsets = random.normal(0, np.hypot(wide * sigmas, natural), (2, count))
        odd = int(random.integers(count))
        offsets[:, odd] += off
        yield offsets, sigmas, odd


def outlier(offsets, sigmas, odd, off) -> bool:
    p = np.concatenate([screening.outliers(axis, sigmas) for axis in offsets])
    found = screening.holm(p).reshape(2, -1).min(axis=0) < screening.ALPHA
    return bool(found.sum() > found[odd] if off else found.any())


def by_chance(number: int, found: Callable, columns=SCENES) -> None:
    """A table of rates in per cent: a line a kind of scatter, a column a number of scenes."""
    table("scatter of the scenes", [f"{count} scenes" for count in columns])
    for name, natural, wide, off in SCATTER:
        rates = [
            np.mean([found(*stack, off) for stack in stacks(number, count, natural, wide, off)])
            for count in columns
        ]
        line(name, [f"{100 * rate:.2f}" for rate in rates])


def circular(number: int) -> None:
    counts = 4, 6, 10, 20, 22, 30, 40
    table("interval holds, nominal 90 %", [f"{count} scenes" for count in counts])
    for percent in (90, 95):
        true = np.sqrt(-2 * np.log(1 - percent / 100))
        shares, limits = [], []
        for count in counts:
            random, held, found = np.random.default_rng([count, percent]), 0, {}
            for _ in range(number):
                found = circle.circular_error(*random.normal(size=(2, count)), percent, 0.9)
                high = np.inf if found["high"] is None else found["high"]
                held += found["low"] <= true <= high
            shares.append(f"{100 * held / number:.1f}")
            limits.append("no upper limit" if found["high"] is None else "")
        line(f"CE{percent}", shares)
        line("", limits)


def zero(number: int) -> None:
    """Errors over standard errors of offsets from the median, and the like of a mean of both."""
    counts = 3, 4, 6, 12, 40
    table("z from the median, spread of the scenes", [f"{count} scenes" for count in counts])
    for spread in (0.0, 0.4, 1.0, 4.0):
        found = []
        for count in counts:
            errors, sigmas = [], []
            random = np.random.default_rng([count, int(10 * spread)])
            for _ in range(number):
                own = random.uniform(0.2, 0.6, count)
                true = random.normal(0, spread, count)
                offsets, sigma = datum.from_median(true + random.normal(0, own), own)
                errors.append(offsets - true + np.median(true))
                sigmas.append(sigma)
            ratio = np.sqrt(np.mean(np.square(errors)) / np.mean(np.square(sigmas)))
            apart = np.array(sigmas) > 0.1
            z = np.array(errors)[apart] / np.array(sigmas)[apart]
            found.append(f"{ratio:.2f} ({np.sqrt(np.mean(z**2)):.2f})")
        line(f"{spread:g} m", found)


def network(number: int) -> None:
    """Scenes of error .5, pairs of error 1, and the same with all errors honestly quoted."""
    reaches = 1, 3, 6, 12, 20
    table("z of a network of 22 scenes", [f"next {reach}" for reach in reaches])
    cases = (
        ("quoted 1.4 too small", 0.5, 1.0, np.sqrt(1.5) / 1.4),
        *((f"honest, {share:.0%} of the scenes", np.sqrt(share / 2), np.sqrt(1 - share), 1.0)
          for share in (0.2, 0.5, 0.8)),
    )  # fmt: skip
    for name, scene, pair, quoted in cases:
        found = []
        for reach in reaches:
            pairs = np.array(
                [(j, i) for i, j in itertools.combinations(range(22), 2) if j - i <= reach]
            )
            z = []
            for seed in range(max(number // 20, 10)):
                random = np.random.default_rng([seed, reach])
                true, own = random.normal(0, 6, 22), random.normal(0, scene, 22)
                shifts = (true + own)[pairs[:, 0]] - (true + own)[pairs[:, 1]]
                shifts += random.normal(0, pair, len(pairs))
                result = adjust(22, pairs, shifts, np.full(len(pairs), quoted))
                z.append((result.offsets - true + true.mean()) / result.sigmas)
            found.append(f"{np.sqrt(np.mean(np.square(z))):.2f}")
        line(name, found)
    for count in (150, 400):
        pairs = [(j, i) for i, j in itertools.combinations(range(count), 2) if j - i <= 3]
        shifts = np.random.default_rng(0).normal(0, 0.3, len(pairs))
        began = time.process_time()
        adjust(count, pairs, shifts, np.full(len(pairs), 0.3))
        print(f"\n{count} scenes, next 3: {time.process_time() - began:.3f} CPU-s an axis.")


def table(what: str, columns: list[str]) -> None:
    print(f"\n| {what} | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")


def line(name: str, cells: list[str]) -> None:
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stacks", type=int, default=2000, help="simulated stacks a figure")
    number = parser.parse_args().stacks
    print(f"## Rates in {number} stacks\n\nOutliers, per cent of stacks; nominal 1.")
    by_chance(number, outlier)
    print("\nCircular errors, per cent.")
    circular(number)
    print("\nOffsets from the median: rms error over rms standard error (z of those above .1 m).")
    zero(number)
    print("\nNetwork of pairs.")
    network(number)


if __name__ == "__main__":
    main()

"""How often a cause is found by chance, and what is found of causes that are planted.

    python bench/why.py                  # 2,000 stacks a figure; some minutes
    python bench/why.py --stacks 200     # a quick look

Stacks of 6 to 40 scenes every 12 days, errors of .2 to .6 m, with the attributes that real stacks
have: two platforms by turns, a few scenes with restituted orbit files, a processor version that
changes in time and another one for scenes that were made anew, days of processing. All random
numbers come from fixed seeds.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

from rates import SCATTER, line, table

from stackshift.stack import reasons, screening
from stackshift.stack.attributes import candidates

COUNTS = 6, 12, 20, 40
# What is planted: name, scenes that it has of a stack's attributes, metres east and north.
PLANTED = {
    "processor version v2, 4 m east": ({"processor version": "v2"}, (4.0, 0.0)),
    "platform S1C, 1.5 m east, 1 m south": ({"platform": "S1C"}, (1.5, -1.0)),
    "restituted orbits, 3 m north": ({"orbit file": "restituted"}, (0.0, 3.0)),
}


def stack(random, count: int):
    """Days and attributes of a stack's scenes."""
    days = 12.0 * np.arange(count)
    version = np.where(random.random(count) < 0.25, "v2", "v1")
    orbit = np.where(random.random(count) < 0.2, "restituted", "precise")
    platform = np.where((np.arange(count) + random.integers(2)) % 2, "S1C", "S1A")
    platform = np.where(random.random(count) < 0.2, "S1A", platform)
    made = np.sort(random.integers(0, 60, count))
    attributes = [
        {"platform": str(p), "orbit file": str(o), "processor version": str(v),
         "processed": f"2025-{1 + m // 28:02}-{1 + m % 28:02}T00:00:00"}
        for p, o, v, m in zip(platform, orbit, version, random.permutation(made), strict=True)
    ]  # fmt: skip
    return days, attributes


def looked_at(days, attributes):
    return candidates(days, attributes, [f"day {day:.0f}" for day in days])


def scattered(random, count, natural, wide, off):
    """Offsets and errors (scenes, 2) of scenes that only scatter."""
    sigmas = random.uniform(0.2, 0.6, (count, 1)) * np.ones(2)
    offsets = random.normal(0, np.hypot(wide * sigmas, natural))
    offsets[random.integers(count)] += off
    return offsets, sigmas


def by_chance(number: int, counts=COUNTS, scatter=SCATTER) -> None:
    """Per cent of stacks in which anything is found."""
    table("scatter of the scenes", [f"{count} scenes" for count in counts])
    for name, natural, wide, off in scatter:
        cells = []
        for count in counts:
            random = np.random.default_rng([count, int(10 * natural), int(10 * wide), int(off)])
            found = 0
            for _ in range(number):
                looked = looked_at(*stack(random, count))
                offsets, sigmas = scattered(random, count, natural, wide, off)
                found += bool(reasons.search(offsets, sigmas, looked).chosen)
            cells.append(f"{100 * found / number:.2f}")
        line(name, cells)


def planted(number: int, count: int = 24) -> None:
    """What becomes of causes, one by one and all together, in stacks of 24 scenes."""
    table(
        f"planted, {count} scenes",
        ["found", "alone", "named with others", "rms error (m)", "z", "others found"],
    )
    everything = {"all three and a step of 5 m south": list(PLANTED.values())}
    cases = {name: [one] for name, one in PLANTED.items()} | everything
    for name, causes in cases.items():
        random = np.random.default_rng(len(name))
        found, errors, z, alone, with_others, others, asked = 0, [], [], 0, 0, 0, 0
        for _ in range(number):
            days, attributes = stack(random, count)
            looked = looked_at(days, attributes)
            offsets, sigmas = scattered(random, count, 0.0, 1.0, 0.0)
            true = np.zeros(len(looked), bool)
            for cause, metres in causes:
                ((key, value),) = cause.items()
                at = np.array([one[key] == value for one in attributes])
                offsets[at] += metres
                for i, one in enumerate(looked):
                    same = (one.column == at).all() or (one.column == ~at).all()
                    true[i] |= same
            if len(causes) > 1:
                offsets[10:] += (0.0, -5.0)
                true |= [(one.column == (np.arange(count) >= 10)).all() for one in looked]
            result = reasons.search(offsets, sigmas, looked)
            for cause, metres in causes:
                ((key, value),) = cause.items()
                at = np.array([one[key] == value for one in attributes])
                if not 2 <= at.sum() <= count - 2:
                    continue
                asked += 1
                for one in result.chosen:
                    same = (looked[one].column == at).all()
                    if not (same or (looked[one].column == ~at).all()):
                        continue
                    found += 1
                    alone += not result.alike[one]
                    with_others += bool(result.alike[one])
                    error = result.difference[one] - np.array(metres) * (1 if same else -1)
                    errors.append(error)
                    z.append(error / result.sigma[one])
            others += any(not true[one] for one in result.chosen)
        line(name, [
            f"{100 * found / asked:.1f} %", f"{100 * alone / asked:.1f} %",
            f"{100 * with_others / asked:.1f} %", f"{np.sqrt(np.nanmean(np.square(errors))):.2f}",
            f"{np.sqrt(np.nanmean(np.square(z))):.2f}", f"{100 * others / number:.1f} %",
        ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stacks", type=int, default=2000, help="simulated stacks a figure")
    number = parser.parse_args().stacks
    print(f"## Causes in {number} stacks\n\nFound by chance, per cent of stacks; nominal "
          f"{100 * screening.ALPHA:g}.")  # fmt: skip
    by_chance(number)
    print("\nPlanted causes.")
    planted(max(number // 10, 20))


if __name__ == "__main__":
    main()

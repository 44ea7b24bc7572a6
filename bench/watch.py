"""Replay of the sequential tests: false alarms in 1,000 years, and how soon a step is found.

    python bench/watch.py                 # some minutes
    python bench/watch.py --years 100     # a quick look

Scenes have errors of .2 to .6 m and scatter by .2 m beyond them, along both axes. False alarms are
counted in spans of ten years, nominal is one in `run_length` scenes. Steps come after 20 scenes or
60, and are found by the first alarm at or behind them. Bad scenes lie off to the east at those
places, 0 being the first behind 25 good ones. All random numbers come from fixed seeds.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

from stackshift.stack import sequential

RUN_LENGTH, FIRST, SPAN = 1000, 10, 10
# Steps in metres; the scatter of a scene is .46 m.
STEPS = 0.5, 1.0, 2.0, 4.0, 10.0
# Where bad scenes come, how far off they lie in metres, and how many good ones come last.
BEFORE, BEHIND = 25, 12
BAD = (0,), (0, 2), (0, 5), (0, 2, 4), (0, 3, 6), (0, 1)
BAD_METRES = 3.0, 60.0


def scattered(random, count: int):
    """Offsets and errors (scenes, 2) of scenes that only scatter."""
    sigmas = random.uniform(0.2, 0.6, (count, 1)) * np.ones(2)
    return random.normal(0, np.hypot(sigmas, 0.2)), sigmas


def false_alarms(years: int, a_year: int, run_length: float = RUN_LENGTH) -> dict[str, float]:
    """Alarms by kind in so many years in which nothing begins, and how many there should be."""
    random = np.random.default_rng([years, a_year])
    found = dict.fromkeys((sequential.SCENE, sequential.CHANGE), 0)
    tested = 0
    for _ in range(max(years // SPAN, 1)):
        charts = sequential.watch(*scattered(random, SPAN * a_year), run_length, FIRST)
        tested += SPAN * a_year - FIRST
        for alert in charts.alerts:
            found[alert.kind] += 1
    return found | {"nominal": tested / run_length}


def delays(number: int, before: int, metres: float) -> tuple[np.ndarray, list[float]]:
    """Scenes from a step to the first alarm, and to that of a change; its error in metres."""
    random = np.random.default_rng([before, int(10 * metres)])
    waited, off = [], []
    for _ in range(number):
        offsets, sigmas = scattered(random, before + 60)
        offsets[before:, 0] += metres
        alerts = sequential.watch(offsets, sigmas, RUN_LENGTH, FIRST).alerts
        behind = [one for one in alerts if one.at >= before]
        changes = [one for one in behind if one.kind == sequential.CHANGE and one.axis == 0]
        waited.append([one[0].at - before + 1 if one else np.nan for one in (behind, changes)])
        off += [one.metres - metres for one in changes[:1]]
    return np.array(waited), off


def bad_scenes(number: int, places: tuple[int, ...], metres: float) -> tuple[float, float, float]:
    """Shares of series with a change that never was, with one of one scene, with one never told."""
    random = np.random.default_rng([*places, int(metres)])
    bad = BEFORE + np.array(places)
    found = np.zeros(3)
    for _ in range(number):
        offsets, sigmas = scattered(random, int(bad[-1]) + 1 + BEHIND)
        offsets[bad, 0] += metres
        alerts = sequential.watch(offsets, sigmas, RUN_LENGTH, FIRST).alerts
        changes = [one for one in alerts if one.kind == sequential.CHANGE and one.axis == 0]
        told = {scene for one in alerts if one.axis == 0 for scene in one.rests_on}
        found += bool(changes), any(one.scenes < 2 for one in changes), not told.issuperset(bad)
    return tuple(found / number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--years", type=int, default=1000, help="simulated years")
    years = parser.parse_args().years
    print(f"| false alarms in {years} years | of a scene | of a change | together | nominal |")
    print("|---|---|---|---|---|")
    for a_year in (30, 60):
        found = false_alarms(years, a_year)
        scene, change, nominal = found["scene"], found["change"], found["nominal"]
        print(
            f"| {a_year} scenes a year | {scene} | {change} | {scene + change} | {nominal:.1f} |",
            flush=True,
        )
    print("\n| step | scenes before | first alarm: median, 90 % | change told: median, 90 %, "
          "not within 60 scenes | rms error of the step (m) |\n|---|---|---|---|---|")  # fmt: skip
    for metres in STEPS:
        for before in (20, 60):
            waited, off = delays(max(years // 5, 20), before, metres)
            first, told = (waited[:, i][np.isfinite(waited[:, i])] for i in (0, 1))
            cells = [
                f"{metres:g} m",
                f"{before}",
                f"{np.median(first):.0f}, {np.percentile(first, 90):.0f}",
                f"{np.median(told):.0f}, {np.percentile(told, 90):.0f}, "
                f"{100 * np.isnan(waited[:, 1]).mean():.0f} %",
                f"{np.sqrt(np.mean(np.square(off))):.2f}",
            ]
            print(f"| {' | '.join(cells)} |", flush=True)
    print("\n| bad scenes at | off by | a change told | resting on one scene | a bad one untold |\n"
          "|---|---|---|---|---|")  # fmt: skip
    for metres in BAD_METRES:
        for places in BAD:
            shares = bad_scenes(max(years, 20), places, metres)
            at = ", ".join(map(str, places))
            print(f"| {at} | {metres:g} m | {' | '.join(f'{100 * x:.1f} %' for x in shares)} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()

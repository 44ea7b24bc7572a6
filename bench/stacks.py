"""How accurate the offsets of scenes are: simulated stacks against the template and by pairs.

    python bench/stacks.py --stacks 4        # a quick look

Part of `make accuracy`. Each stack is one piece of simulated ground in tiles, seen on some dates
with speckle of its own and displaced by known amounts. The bound is Fisher's information of all
scenes together, for the ground as it is; with change it is that of ground without.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

from stackshift.simulate import simulation
from stackshift.stack import alignment, rounds, search
from stackshift.stack.network import adjust
from stackshift.stack.others import Others
from stackshift.stack.pairing import template_members
from stackshift.stack.robust import weighted_huber
from stackshift.tile import coherence
from stackshift.tile.frequencies import band, radial_sum, spectrum
from stackshift.tile.scaled import transformed
from stackshift.tile.windows import window

LOOKS = 5.0
NOISE = 0.2213229557371153  # variance of the logarithm of speckle of 5 looks: trigamma(5)
MARGIN = 16
SPREAD = 0.2  # of the scenes' displacements, pixels
OPTIONS = {
    "transform": "log", "search_radius": 32, "taper": 0.1, "cutoff": 0.6, "bins": 16,
    "min_valid": 0.1, "min_psr": 8.0, "max_sigma": 0.15,
}  # fmt: skip
simulation.SCENARIOS |= {
    "weak texture": simulation.Scenario(fields=0.12, relief=0.06, clutter=0.05, points=0.0),
}


@dataclass(frozen=True)
class Case:
    """A row of the table: ground, pixels a tile, tiles a side, and share of fields that change."""

    ground: str
    pixels: int
    side: int
    changed: float = 0.0


CASES = (
    Case("mixed", 128, 4),
    Case("crops", 128, 4),
    Case("crops", 128, 4, changed=0.3),
    Case("weak texture", 128, 4),
    Case("forest", 256, 2),
    Case("water", 128, 4),
)


def simulated(case: Case, dates: int, seed: int):
    """Logarithms of each tile of each scene, the truth (rows, columns) in pixels, the ground."""
    random = np.random.default_rng([7, seed])
    size = case.side * case.pixels
    truth = random.normal(0, SPREAD, (dates, 2))
    scenes = {}
    for date in range(dates):
        ground = simulation.ground(
            (size + 2 * MARGIN,) * 2, seed, 2, case.ground, date, case.changed
        )
        image = simulation.observe(ground, tuple(truth[date]), LOOKS, random)
        scenes[f"{date:02}"] = image[MARGIN:-MARGIN, MARGIN:-MARGIN]
    still = np.log(simulation.ground((size + 2 * MARGIN,) * 2, seed, 2, case.ground))[::2, ::2]
    return scenes, truth, still[MARGIN:-MARGIN, MARGIN:-MARGIN]


def cells(case: Case) -> list[tuple[int, int]]:
    """(row, column) of the tiles."""
    return [(row, column) for row in range(case.side) for column in range(case.side)]


def part(image: np.ndarray, case: Case, cell: tuple[int, int]) -> np.ndarray:
    """One tile of an image."""
    row, column = (slice(i * case.pixels, (i + 1) * case.pixels) for i in cell)
    return image[row, column]


def joint_bound(still: np.ndarray, case: Case, dates: int) -> float:
    """Standard error of a scene's place among all, in pixels, that no estimate can beat.

    Of n scenes of one ground with a ratio r of signal to noise the information on the delays is
    the sum of 2 k^2 r^2 / (1 + n r) (n I - 1 1'), k being the frequency (half plane).
    """
    shape = (case.pixels, case.pixels)
    frequencies, taper = band(shape, 0.98, 32), window(shape, OPTIONS["taper"], None)
    noise = NOISE * float((taper.weight**2).sum())
    information = 0.0
    for cell in cells(case):
        full = spectrum(part(still, case, cell).astype(np.float32), taper, frequencies)
        power = np.abs(full.on(frequencies)[0]) ** 2
        ratio = radial_sum(power, frequencies) / frequencies.counts / noise
        share = taper.samples / np.prod(frequencies.padded)
        information += share * (frequencies.moments.mean(0) * ratio**2 / (1 + dates * ratio)).sum()
    return float(np.sqrt((1 - 1 / dates) / (dates * information))) if information > 0 else np.nan


def against_template(scenes: dict[str, np.ndarray], case: Case):
    """Offsets and standard errors (scenes, 2) against the template; NaN for a scene without."""
    logs = {
        cell: {name: transformed(part(image, case, cell), "log") for name, image in scenes.items()}
        for cell in cells(case)
    }
    members = template_members(scenes)
    made = rounds.made(
        members, {}, cells(case), lambda cell: {n: logs[cell][n] for n in members}, OPTIONS
    )
    found = np.full((2, len(scenes), 2), np.nan)
    if not made.positions:
        return found
    formed = {}
    for cell in cells(case):
        mine = {n: logs[cell][n] for n in made.positions}
        image, *rest = alignment.formed(mine, made.positions, made.weight_in(cell))
        formed[cell] = Others(image), *rest
    for i, name in enumerate(scenes):

        def load(cell, name=name):
            others, there, levels = formed[cell]
            rest = others.mean
            if name in levels:
                rest = others.without(there[name], levels[name], made.weight_in(cell)[name])
            return rest, logs[cell][name]

        matches = search.measured(load, cells(case), made.common, OPTIONS)
        place = alignment.located(matches.values())
        if place:
            found[:, i] = place
    return found


def by_pairs(scenes: dict[str, np.ndarray], case: Case, reach: int = 3):
    """The same out of the network of each scene's next three."""
    names = list(scenes)
    ends, shifts, sigmas = [], [], []
    for older in range(len(names)):
        for newer in range(older + 1, min(len(names), older + 1 + reach)):
            pair = scenes[names[newer]], scenes[names[older]]
            found = [
                coherence.match(*(part(image, case, cell) for image in pair))
                for cell in cells(case)
            ]
            good = [m for m in found if m.shift and m.sigma]
            if good:
                values = [
                    weighted_huber([m.shift[a] for m in good], [m.sigma[a] for m in good])
                    for a in (0, 1)
                ]
                ends.append((newer, older))
                shifts.append([value for value, _ in values])
                sigmas.append([error for _, error in values])
    result = np.full((2, len(names), 2), np.nan)
    if ends:
        for axis in (0, 1):
            solved = adjust(len(names), ends, [s[axis] for s in shifts], [s[axis] for s in sigmas])
            result[0, :, axis], result[1, :, axis] = solved.offsets, solved.sigmas
    return result


def errors(found: np.ndarray, truth: np.ndarray, independent: bool):
    """Errors about their mean, and over the standard errors, of the scenes that were measured.

    ``independent`` says that the standard errors are those against the others, which have an error
    too, and not yet the scenes' own, and those not yet from the mean of all.
    """
    known = np.isfinite(found[0]).all(axis=1)
    if known.sum() < 2:
        return np.empty((0, 2)), np.empty((0, 2))
    error = found[0][known] - truth[known]
    error -= error.mean(axis=0)
    shrink = 1 - 1 / len(error) if independent else 1.0
    return error, error / (shrink * found[1][known])


def row(case: Case, dates: int, stacks: int) -> str:
    """A row of the table."""
    kept: dict = {"template": [], "pairs": []}
    bounds = []
    for seed in range(stacks):
        scenes, truth, still = simulated(case, dates, 500 + seed)
        bounds.append(joint_bound(still, case, dates))
        kept["template"].append(errors(against_template(scenes, case), truth, True))
        kept["pairs"].append(errors(by_pairs(scenes, case), truth, False))
    bound = float(np.sqrt(np.mean(np.square(bounds))))
    text = (
        f"{case.ground}{f', {100 * case.changed:g} % of the fields change' if case.changed else ''}"
    )
    fields = [text, str(case.pixels), str(case.side**2), str(dates)]
    fields.append("-" if case.ground == "water" else f"{bound:.4f}")
    for way in ("template", "pairs"):
        error, z = (np.concatenate([one[i] for one in kept[way]]) for i in (0, 1))
        fields.append(f"{len(error)} of {dates * stacks}")
        if len(error):
            rms = float(np.sqrt(np.mean(error**2)))
            fields += [f"{rms:.4f}", f"{rms / bound:.2f}", f"{np.sqrt(np.mean(z**2)):.2f}"]
        else:
            fields += ["-"] * 3
    return f"| {' | '.join(fields)} |"


COLUMNS = "ground|pixels|tiles|dates|bound|template: scenes|RMSE|/ bound|z|next 3: scenes|RMSE"
COLUMNS += "|/ bound|z"
HEADER = f"\n| {' | '.join(COLUMNS.split('|'))} |\n|---{'|--:' * 12}|"


def table(stacks: int):
    """The lines of the table."""
    yield f"Offsets of scenes in pixels, {stacks} stacks a row.\n{HEADER}"
    for case in CASES:
        for dates in (6, 16):
            yield row(case, dates, stacks)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stacks", type=int, default=20)
    for line in table(parser.parse_args().stacks):
        print(line, flush=True)

"""What the normalisation does to a displacement in mountains, and what the area layer undoes.

    PYTHONPATH=scripts:tests python bench/terrain.py [TRIALS]

Tiles of 256 pixels, 5 looks, two dates displaced by up to half a pixel each, layover and shadow
masked (`tests/mountains.py` has the physics). Prints the table of docs/terrain.md: for each kind of
ground, of gamma0 as delivered, of gamma0 times the area, and of one date against the area, the
gain, the rms error in pixels, and the rms of the errors over their standard errors.
"""

import sys

import numpy as np
from mountains import mountains, scene
from twotiles import OPTIONS

from stackshift.stack import holes
from stackshift.tile import coherence
from stackshift.tile.frequencies import transformed

KINDS = {
    "mountains, area takes out all": {},
    "mountains, 80 %": {"normalised": 0.8},
    "mountains, 60 %": {"normalised": 0.6},
    "hills": {"steep": 0.15},
    "flat": {"steep": 0.02},
    "bare mountains": {"texture": 0.15},
}
INNER = slice(32, 288)


def trial(seed, normalised=1.0, **options):
    """(truth, match) of one place, by what is matched."""
    place = mountains(320, seed, **options)
    shifts = np.random.default_rng(1000 + seed).uniform(-0.5, 0.5, (2, 2))
    dates = [scene(place, s, 2 * seed + k, normalised=normalised) for k, s in enumerate(shifts)]
    for one in dates:
        one[place.layover | place.shadow] = np.nan
    area = (place.area**normalised).astype(np.float32)[INNER, INNER]
    first, second = (one[INNER, INNER] for one in dates)
    image, own = transformed(area, "log"), transformed(first * area, "log")
    found = coherence.match_transformed((image, own), **OPTIONS)
    between = shifts[1] - shifts[0]
    return {
        "as delivered": (between, coherence.match(first, second)),
        "times the area": (between, coherence.match(first * area, second * area)),
        "against the area": (shifts[0], holes.measured(image, own, found, OPTIONS)),
    }


def scored(rows) -> str:
    """Share that counts, gain, rms error and z in a cell of the table."""
    good = [(t, -np.array(m.shift) - t, np.array(m.sigma)) for t, m in rows if m.shift]
    if not good:
        return "refused"
    truth, error, sigma = (np.array(part) for part in zip(*good, strict=True))
    gain = 1 + (error * truth).sum() / (truth**2).sum()
    rms, z = (float(np.sqrt((part**2).mean())) for part in (error, error / sigma))
    share = len(good) / len(rows)
    count = "" if share == 1 else f"{100 * (1 - share):.0f} % refused, "
    return f"{count}{gain:.3f}, {rms:.4f}, {z:.2f}"


def main(trials: int = 40) -> None:
    """Print the table."""
    print(
        "| ground | as delivered | times the area | one date against the area |\n|---|---|---|---|"
    )
    for name, options in KINDS.items():
        found = [trial(seed, **options) for seed in range(trials)]
        cells = [scored([one[kind] for one in found]) for kind in found[0]]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

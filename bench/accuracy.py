"""How accurate the methods are: a Monte-Carlo experiment over scenarios and tile sizes.

    make accuracy                                 # writes docs/accuracy.md and docs/accuracy.svg
    python bench/accuracy.py --trials 8      # a quick look, on the terminal only

Each trial makes two dates of a simulated piece of ground, displaced by a known sub-pixel amount,
and measures the displacement. All random numbers come from fixed seeds.
"""

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

import stacks

from stackshift.ground import spikes
from stackshift.simulate import simulation
from stackshift.tile import coherence, cross_correlation
from stackshift.tile.frequencies import band, low_part, radial_sum
from stackshift.tile.windows import window

LOOKS = 5
# Variance of the logarithm of gamma distributed speckle of 5 looks: the trigamma function of 5.
NOISE = 0.2213229557371153
MARGIN = 16
LARGEST = 0.5


@dataclass(frozen=True)
class Case:
    """A scenario of the table."""

    name: str
    ground: str
    changed: float = 0.0
    wedge: float = 0.0
    moving: bool = False
    holes: float = 0.0


CASES = (
    Case("mixed land", "mixed"),
    Case("mountains", "mountains"),
    Case("urban", "urban"),
    Case("crops, 30 % changed", "crops", changed=0.3),
    Case("coast, half water", "coast"),
    Case("mixed, 8 % fixed wedge", "mixed", wedge=0.08),
    Case("mixed, 30 % fixed wedge", "mixed", wedge=0.3),
    Case("mixed, 60 % fixed wedge", "mixed", wedge=0.6),
    Case("mixed, 30 % wedge, moving by 20 pixels", "mixed", wedge=0.3, moving=True),
    Case("mixed, 5 % fixed holes", "mixed", holes=0.05),
    Case("forest, low texture", "forest"),
    Case("water", "water"),
)
SIZES = (256, 512, 1000)
FLATTEN = {"none": "keep", "clip": "clip", "to NaN": "nan"}


@dataclass
class Tally:
    """What came out of the trials of one method in one case, errors in pixels (rows, columns)."""

    truths: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    sigmas: list = field(default_factory=list)
    trials: int = 0
    seconds: float = 0.0

    def add(self, method, reference, secondary, displacement, **options):
        start = time.process_time()
        found = method(reference, secondary, **options)
        self.seconds += time.process_time() - start
        self.trials += 1
        if found.shift:
            self.truths.append(displacement)
            self.errors.append(-np.array(found.shift) - displacement)
            self.sigmas.append(found.sigma or (np.nan, np.nan))

    def rmse(self):
        return float(np.sqrt(np.mean(np.square(self.errors)))) if self.errors else np.nan

    def slope(self):
        """Slope of error against truth: -1 is a method that always says zero."""
        truths, errors = np.ravel(self.truths), np.ravel(self.errors)
        return float((truths @ errors) / (truths @ truths)) if len(truths) else np.nan

    def z(self):
        errors, sigmas = np.ravel(self.errors), np.ravel(self.sigmas)
        small = sigmas < 0.1
        return float(np.sqrt(np.mean((errors / sigmas)[small] ** 2))) if small.any() else np.nan

    def outliers(self):
        """Share of accepted tiles that are wrong by more than a pixel."""
        return float(np.mean(np.abs(self.errors).max(axis=1) > 1)) if self.errors else 0.0

    def accepted(self):
        return len(self.errors) / self.trials

    def milliseconds(self):
        return 1000 * self.seconds / self.trials


def dates(case: Case, size: int, trial: int):
    """Two dates of a tile, the displacement of the second in pixels, and the noise-free scenes."""
    random = np.random.default_rng((CASES.index(case), size, trial))
    shape = (size + 2 * MARGIN,) * 2
    seed = int(random.integers(2**31))
    grounds = [
        simulation.ground(shape, seed, scenario=case.ground, date=date, changed=case.changed)
        for date in ((0, 1) if case.changed else (0,))
    ]
    displacement = random.uniform(-LARGEST, LARGEST, 2)
    inner = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
    scenes = [
        simulation.observe(ground, shift, LOOKS, random)[inner]
        for ground, shift in ((grounds[0], (0, 0)), (grounds[-1], displacement))
    ]
    clean = [ground[::2, ::2][inner] for ground in grounds]
    for date, valid in enumerate(_valid(case, size, random)):
        scenes[date][~valid] = np.nan
    return scenes, displacement, clean


def _valid(case: Case, size: int, random):
    shape = (size, size)
    if case.wedge:
        first = simulation.wedge(shape, case.wedge)
        return first, np.roll(first, -20, axis=1) if case.moving else first
    if case.holes:
        first = simulation.holes(shape, case.holes, random)
        return first, first
    return np.ones(shape, bool), np.ones(shape, bool)


def bound(clean, scenes, size: int) -> float:
    """Knapp & Carter's bound in pixels for the true spectra of signal and noise."""
    full = band((size, size), 1.0, 48)
    valid = np.isfinite(scenes[0]) & np.isfinite(scenes[1])
    weights = window((size, size), 0.0, valid.astype(np.float32))
    spectra = []
    for image in clean:
        signal = np.log(image)
        signal = (signal - signal[valid].mean()) * weights.weight
        spectra.append(low_part(np.fft.rfft2(signal, full.padded), full.grid))
    noise = NOISE * valid.sum() * full.counts
    powers = [radial_sum(np.abs(s) ** 2, full) + noise for s in (spectra[0], spectra[-1])]
    common = radial_sum((np.conj(spectra[0]) * spectra[-1]).real, full)
    squared = np.clip(common, 0, None) ** 2 / (powers[0] * powers[1])
    # A window of zeros and ones: what is valid is what is independent.
    share = valid.sum() / np.prod(full.padded)
    information = share * (full.moments @ (squared / (1 - squared)))
    return float(np.sqrt(np.mean(1 / information))) if (information > 0).all() else np.nan


def notebook(reference, secondary):
    """The notebook's way, flattening included."""
    return cross_correlation.match(
        *(flattened(tile, "nan") for tile in (reference, secondary)), max_nan_fraction=1.0
    )


def flattened(tile, outside):
    """A tile after the flatten stage with the 1st and 99th percentile."""
    if outside == "keep":
        return tile
    limits = spikes.percentiles(lambda sample: [tile], (1, 99))
    return spikes.truncate(tile.copy(), *limits, outside)


def run_case(case: Case, size: int, trials: int):
    """Tallies of both methods, and the bound in pixels, rms over the trials."""
    ours, theirs, bounds = Tally(), Tally(), []
    for trial in range(trials):
        scenes, displacement, clean = dates(case, size, trial)
        ours.add(coherence.match, *scenes, displacement)
        if size == 512 or trial < trials // 4:
            flat = [flattened(scene, "nan") for scene in scenes]
            theirs.add(cross_correlation.match, *flat, displacement, max_nan_fraction=1.0)
        if case.ground != "water" and trial < 8:
            bounds.append(bound(clean, scenes, size))
    return ours, theirs, float(np.sqrt(np.mean(np.square(bounds)))) if bounds else np.nan


def number(value, digits=4):
    return "" if not np.isfinite(value) else f"{value:.{digits}f}"


HEADER = """
| scenario | bound | RMSE | ratio | slope | z | accepted | over 1 px | notebook RMSE | notebook slope | CPU (ms) | notebook CPU (ms) |
|---|---|---|---|---|---|---|---|---|---|---|---|"""  # noqa: E501


def row(case, ours, theirs, limit):
    """A line of the table."""
    cells = [
        case.name,
        number(limit),
        number(ours.rmse()),
        number(ours.rmse() / limit, 2),
        number(ours.slope(), 3),
        number(ours.z(), 2),
        f"{100 * ours.accepted():.0f} %",
        f"{100 * ours.outliers():.1f} %",
        number(theirs.rmse(), 3),
        number(theirs.slope(), 2),
        number(ours.milliseconds(), 1),
        number(theirs.milliseconds(), 1),
    ]
    return "| " + " | ".join(cells) + " |"


def flatten_table(trials: int, size: int = 256) -> list[str]:
    """RMSE of the coherence method after each way of flattening."""
    lines = ["| scenario | " + " | ".join(FLATTEN) + " |", "|---|" + "---|" * len(FLATTEN)]
    for case in CASES[:6]:
        tallies = {name: Tally() for name in FLATTEN}
        for trial in range(trials):
            scenes, displacement, _ = dates(case, size, trial)
            for name, outside in FLATTEN.items():
                tiles = [flattened(scene, outside) for scene in scenes]
                tallies[name].add(coherence.match, *tiles, displacement)
        cells = " | ".join(number(tally.rmse()) for tally in tallies.values())
        lines.append(f"| {case.name} | {cells} |")
    return lines


def water_line(tiles: int, size: int = 256) -> str:
    """How many tiles of open water pass the gates."""
    random = np.random.default_rng(99)
    passed, worst = 0, 0.0
    for _ in range(tiles):
        pair = [random.standard_gamma(LOOKS, (size, size), np.float32) for _ in ("first", "second")]
        found = coherence.match(*pair)
        if found.shift:
            passed += 1
            worst = max(worst, *map(abs, found.shift))
    return (
        f"Open water, {tiles} tiles of {size} x {size} pixels: {passed} passed the gates "
        f"({100 * (1 - passed / tiles):.2f} % rejected), the worst wrong by {worst:.2f} pixel."
    )


def figure(results, paths):
    """RMSE by scenario for both methods beside the bound."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.hashsalt": "stackshift", "svg.fonttype": "none"})
    shown = [result for result in results if np.isfinite(result[3])]
    position = np.arange(len(shown))[::-1]
    chart = Figure(figsize=(8.5, 5.2), layout="constrained")
    FigureCanvasAgg(chart)
    axes = chart.subplots()
    for values, style in (
        ([r[2].rmse() for r in shown], {"marker": "s", "color": "#D55E00", "label": "notebook"}),
        ([r[1].rmse() for r in shown], {"marker": "o", "color": "#0072B2", "label": "coherence"}),
        ([r[3] for r in shown], {"marker": "|", "color": "black", "markersize": 14,
                                 "label": "Knapp-Carter bound"}),
    ):  # fmt: skip
        axes.plot(values, position, linestyle="none", **style)
    axes.axvline(0.2, color="#555555", linestyle="--", label="requirement: 6 m at 30 m posting")
    axes.set_xscale("log")
    axes.set_yticks(position, [result[0].name for result in shown])
    axes.set_xlabel("RMSE of a tile of 512 x 512 pixels (pixel)")
    axes.grid(alpha=0.3, which="both")
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=4, frameon=False, fontsize=8.5)
    for path in paths:
        chart.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=60, help="trials a case at 512 pixels")
    parser.add_argument("--water", type=int, default=2000, help="tiles of open water")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.*")
    options = parser.parse_args()
    lines = []

    def tell(text):
        print(text, flush=True)
        lines.append(text)

    for size in options.sizes:
        trials = max(4, round(options.trials * min(2, (512 / size) ** 1.5)))
        tell(f"\n## Tiles of {size} x {size} pixels, {trials} trials\n{HEADER}")
        results = []
        for case in CASES:
            results.append((case, *run_case(case, size, trials)))
            tell(row(*results[-1]))
        if options.write and size == 512:
            figure(results, [ROOT / "docs" / f"accuracy.{suffix}" for suffix in ("svg", "png")])
    tell("\n## Flattening before the coherence method: RMSE in pixels, 256 x 256\n")
    for line in flatten_table(options.trials):
        tell(line)
    tell("\n## Stacks: the template beside a network of pairs\n")
    for line in stacks.table(max(2, options.trials // 3)):
        tell(line)
    tell("\n## Refusal\n")
    tell(water_line(options.water))
    if options.write:
        head = (ROOT / "docs" / "accuracy_head.md").read_text()
        (ROOT / "docs" / "accuracy.md").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""What runs cost, and how it is told: tables in rounds, stages, and a model of many scenes."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from stackshift.stack.pairing import template_members

NOTEBOOK, ALONE, TABLES, ALL, FLOOR, WHOLE_FLOOR = (
    "mended notebook", "to the tables of pairs", "to the tables", "to figures",
    "floor of pairs", "floor of all",
)  # fmt: skip
# What a run has to do whatever else it does: for pairs, and for the template and offsets too.
FLOORS = FLOOR, WHOLE_FLOOR
# What the notebook does; with the template and the scenes' offsets; with all that a user sees.
TARGETS = {ALONE: "results/bench/VV/analysis/pairs.csv", TABLES: "analysed", ALL: "all"}
# Scenes of the model.
MODEL = 150
STAGES = ("grid", "superset", "flatten", "tile", "correlate", "template", "align", "analyse",
          "locate", "verdict")  # fmt: skip


@dataclass
class Cost:
    """What a command took: seconds, megabytes; ``own`` is the CPU of its first process alone."""

    user: float
    system: float
    wall: float
    tree: float
    largest: float
    written: float
    own: float
    stages: dict = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """User and system."""
        return self.user + self.system


def spread(values, digits: int) -> str:
    """The least and the most of several."""
    low, high = (f"{one:.{digits}f}" for one in (min(values), max(values)))
    return low if low == high else f"{low} - {high}"


def tables(kept: list[dict]):
    """The lines of the page: a table for each size and case, then what the stages take."""
    of: dict = {}
    for one in kept:
        found = of.setdefault((one["scenes"], one["size"], one["case"]), {})
        found.setdefault(one["what"], {})[one["round"]] = Cost(**one["cost"])
    for (scenes, size, case), found in of.items():
        count = max(map(len, found.values()))
        rounds = f"{count} rounds, the least and the most" if count > 1 else "one round"
        yield (
            f"{scenes} scenes of {size} x {size}, {case}, 64 tiles, neighbouring pairs; {rounds}:"
        )
        yield ""
        yield ("| | user (s) | system (s) | CPU (s) | of the notebook's | of the floor of pairs "
               "| of the floor of all | memory of all (MB) | largest job (MB) "
               "| written (GB) |")  # fmt: skip
        yield "|---|---|---|---|---|---|---|---|---|---|"
        for what in (NOTEBOOK, *TARGETS, *FLOORS):
            if what in found:
                yield line(what, found)
        yield ""
    with_figures = [key for key, found in of.items() if ALL in found]
    if with_figures:
        last = max(with_figures, key=lambda key: key[1])
        yield from stages_of(last, of[last][ALL].values())
    modelled = {key for key, found in of.items() if found.keys() >= {ALONE, TABLES, *FLOORS}}
    for few, size, case in sorted(modelled):
        for many in sorted(scenes for scenes, *rest in modelled if rest == [size, case]):
            if many > few:
                yield ""
                yield from model((size, case), {n: of[n, size, case] for n in (few, many)})


def model(case: tuple[int, str], of: dict[int, dict[str, dict[str, Cost]]]):
    """What many scenes would take, out of two numbers of them; the template has a limit.

    The floor goes on as if it had none, which is a reading of a scene, 3 % of it.
    """
    few, many = of
    yield (
        f"{MODEL} scenes of {case[0]} x {case[0]}, {case[1]}, by the cheapest runs of {few} and "
        f"{many}: so much more a scene, and a scene of the template, of {members(MODEL)}:"
    )
    yield ""
    yield (
        f"| | {few} scenes (s) | {many} scenes (s) | {MODEL} scenes (s) "
        "| of the floor of pairs | of the floor of all |"
    )
    yield "|---|---|---|---|---|---|"
    rows = {}
    for what in (ALONE, TABLES, *FLOORS):
        costs = {n: min(of[n][what].values(), key=lambda one: one.cpu) for n in of}
        parts = {n: one.stages.get("template", (0, 0, 0))[0] for n, one in costs.items()}
        rest = {n: one.cpu - parts[n] for n, one in costs.items()}
        total = extended(rest, few, many, MODEL)
        total += extended(
            {members(n): part for n, part in parts.items()},
            *map(members, (few, many, MODEL)),
        )
        rows[what] = [costs[few].cpu, costs[many].cpu, total]
    for what, figures in rows.items():
        ratios = [f"{figures[-1] / rows[one][-1]:.2f}" if what != one else "" for one in FLOORS]
        yield f"| {what} | {' | '.join([*(f'{one:.0f}' for one in figures), *ratios])} |"


def members(scenes: int) -> int:
    """Scenes of a template."""
    return len(template_members([str(number) for number in range(scenes)]))


def extended(of: dict[int, float], few: int, many: int, number: int) -> float:
    """A straight line through two points, at a third place."""
    return of[many] + (of[many] - of[few]) / (many - few) * (number - many)


def line(what: str, found: dict) -> str:
    """A line of a table; ratios are of what ran in the same round."""
    costs = list(found[what].values())
    fields = [
        spread([one.user for one in costs], 1), spread([one.system for one in costs], 1),
        spread([one.cpu for one in costs], 1),
    ]  # fmt: skip
    for against in (NOTEBOOK, *FLOORS):
        theirs = found.get(against, {}) if what != against else {}
        both = found[what].keys() & theirs.keys()
        ratios = [found[what][key].cpu / theirs[key].cpu for key in both]
        fields.append(spread(ratios, 2) if ratios else "")
    fields += [f"{max(one.tree for one in costs):.0f}", f"{max(one.largest for one in costs):.0f}"]
    fields.append(spread([one.written for one in costs], 2))
    return f"| {what} | {' | '.join(fields)} |"


def stages_of(case: tuple[int, int, str], costs: Iterable[Cost]):
    """Where the time of the cheapest run to figures goes, at the largest size."""
    least = min(costs, key=lambda one: one.cpu)
    scenes, size, how = case
    yield f"Where it goes, {scenes} of {size} x {size}, {how}, the cheapest run to figures:"
    yield ""
    yield "| stage | jobs | CPU (s) | share | largest job (MB) |"
    yield "|---|---|---|---|---|"
    for stage in (*STAGES, *sorted(set(least.stages) - set(STAGES))):
        cpu, jobs, peak = least.stages.get(stage, (0, 0, 0))
        if jobs:
            yield f"| {stage} | {jobs} | {cpu:.1f} | {100 * cpu / least.cpu:.0f} % | {peak:.0f} |"
    yield f"| Snakemake itself | | {least.own:.1f} | {100 * least.own / least.cpu:.0f} % | |"

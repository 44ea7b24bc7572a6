"""From files and their headers to stacks: which scenes, of which files, on which grid.

All that can be said before any job is said here. Only the standard library, since the Snakefile
imports this each time it is parsed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from stackflow import folders, grids, grouping, headers, leftover, passes
from stackflow.acquisitions import Looked, Own, Scene, scenes_of
from stackflow.finding import find
from stackflow.found import Found
from stackflow.sources import Source
from stackshift.errors import InputError
from stackshift.ground import names
from stackshift.ground.lattice import Grid, union

# So many dates are named in a line.
_NAMED = 5


@dataclass(frozen=True)
class Product:
    """One stack and polarization: scenes by name, newest first, their grid, what was noticed."""

    scenes: dict[str, Scene]
    grid: Grid
    track: str = ""
    direction: str | None = None
    remarks: tuple[str, ...] = ()
    left_out: tuple[dict, ...] = ()


def assemble(
    name: str, settings: dict, superset: dict, unreadable: str, results: Path | None = None
) -> tuple[dict[tuple[str, str], Product], list[str]]:
    """The stacks that an entry of the config stands for, and lines to print.

    Parameters
    ----------
    name, settings : the entry, with a folder or a sheet.
    superset : that section of the config.
    unreadable : ``stop``, or ``leave_out`` for what cannot be used.
    results : folder of earlier results, of which tracks keep their names; None for none.

    Returns
    -------
    Products by (name of the stack, polarization), and lines that say what was assumed. Several
    tracks, and places that do not touch, are stacks of their own.

    Raises
    ------
    InputError
        With a line for each file that cannot be used, or for what no stack can be made of.
    """
    found = {p: find(name, settings, p) for p in settings["polarizations"]}
    _check_apart(name, found)
    everything = [source for part in found.values() for source in part.sources]
    looked = Looked(everything, headers.read([(s.path, s.band) for s in everything]))
    own_making = _put_own_making_aside(name, looked) if "directory" in settings else []
    aside = _check_bounds(name, looked, settings, superset)
    groups = grouping.by_place(looked, settings, leftover.labels(results, name) if results else ())
    missing = {path: line for part in found.values() for path, line in part.bad}
    reasons = list(dict.fromkeys([*missing.values(), *looked.bad.values()]))
    if reasons and unreadable == "stop":
        raise InputError(_refusal(name, reasons))
    if not groups:
        raise InputError(f"stack '{name}': no file can be used; the first: {reasons[0]}")
    _check_one_system(name, groups, looked, settings, superset)
    said = [line for part in found.values() for line in part.lines]
    said += [*own_making, *aside, *(f"left out: {reason}" for reason in reasons)]
    # What of these is not among the files left out.
    searched = {p: (*part.lines, *own_making, *aside) for p, part in found.items()}
    products: dict[tuple[str, str], Product] = {}
    # A stray file of another track has no date to be compared with: the stack keeps its name.
    labels = [label for label, members in groups.items() if grouping.dates(members) > 1] or list(
        groups
    )
    homes = grouping.homes(groups, looked)
    for polarization, part in found.items():
        own = Own(polarization, set(part.sources), dict(part.bad))
        for label, members in groups.items():
            stack = name if labels == [label] else f"{name}.{label}"
            scenes, remarks = scenes_of(stack, members, own, looked, settings)
            if len(scenes) < 2:
                said.append(_too_few(name, stack, polarization, scenes, len(groups)))
                continue
            here = {source for source, home in homes.items() if home == label}
            product = _product(stack, scenes, own, looked, settings, superset)
            products[stack, polarization] = replace(
                product,
                track=label,
                direction=_direction(members, looked),
                left_out=_left_out(own, looked, here),
                remarks=tuple(dict.fromkeys((*remarks, *product.remarks))),
            )
    if not products:
        raise InputError(said[-1])
    said += _told(name, len(labels), products)
    # Only now, as the terminal has said them already.
    products = {key: _with_remarks(one, searched[key[1]]) for key, one in products.items()}
    for stack in dict.fromkeys(stack for stack, _ in products):
        lines = lacking({p: products[s, p].scenes for s, p in products if s == stack})
        said += [f"stack '{stack}': {line}" for line in lines]
        for key in products:
            if key[0] == stack:
                products[key] = _with_remarks(products[key], lines)
    return products, list(dict.fromkeys(said))


def _with_remarks(product: Product, lines: Iterable[str]) -> Product:
    """A product with more that was noticed, each line once."""
    return replace(product, remarks=tuple(dict.fromkeys((*product.remarks, *lines))))


def lacking(scenes: dict[str, Iterable[str]]) -> tuple[str, ...]:
    """A line for each polarization that lacks scenes which others of the stack have.

    Parameters
    ----------
    scenes : names by polarization.
    """
    every = set().union(*map(set, scenes.values()))
    lines = []
    for polarization, own in scenes.items():
        if without := sorted(every - set(own)):
            days = [f"{name[:4]}-{name[4:6]}-{name[6:8]}" for name in without]
            more = f" and {len(days) - _NAMED} more" if len(days) > _NAMED else ""
            lines.append(
                f"{len(days)} of {len(every)} scenes {'has' if len(days) == 1 else 'have'} no "
                f"{polarization}: {', '.join(days[:_NAMED])}{more}"
            )
    return tuple(lines)


def _check_apart(name: str, found: dict[str, Found]) -> None:
    """Refuse one file for two polarizations of a stack, as a sheet without a placeholder gives."""
    seen: set[grids.File] = set()
    for part in found.values():
        files = {(source.path, source.band) for source in part.sources}
        if shared := sorted(seen & files):
            raise InputError(
                f"stack '{name}': {shared[0][0]} stands for two polarizations; write "
                "{polarization} in the paths of the sheet or in 'pattern'"
            )
        seen |= files


def _put_own_making_aside(name: str, looked: Looked) -> list[str]:
    """Put aside what this workflow made of scenes, such as corrected ones, and say so.

    Who wants to measure these lists them in a sheet, as `corrected.csv` does. Simulated scenes are
    scenes.
    """
    made = [s for s in looked.sources if looked.header(s).get("stage") not in (None, "simulate")]
    if not made:
        return []
    line = (
        f"stack '{name}': {folders.some([source.path for source in made])} "
        f"{'was' if len(made) == 1 else 'were'} made by stackshift out of other scenes (tag "
        "STACKSHIFT_STAGE), left out; to measure such files name them in a sheet, as "
        "corrected/corrected.csv is one"
    )
    looked.sources = [source for source in looked.sources if source not in made]
    if not looked.sources and not looked.bad:
        raise InputError(line.replace("left out;", "and nothing else is there;"))
    return [line]


def _check_bounds(name: str, looked: Looked, settings: dict, superset: dict) -> list[str]:
    """Put aside files that lie outside fixed bounds, with a line that says so."""
    bounds = grids.extent(settings, superset)[1]
    if not bounds or not looked.sources:
        return []
    crs = looked.header(min(looked.sources, key=lambda s: s.time))["crs"]
    boxes = grids.boxes_in(crs, [(s.path, s.band) for s in looked.sources], looked.headers)
    outside = [
        source
        for source, box in zip(looked.sources, boxes, strict=True)
        if not grids.overlap(box, bounds)
    ]
    if len(outside) == len(looked.sources):
        cover = [round(float(v), 6) for v in union(boxes)]
        raise InputError(
            f"stack '{name}': bounds {list(bounds)} hold no part of any scene; give them as [left, "
            f"bottom, right, top] in {crs}, in which the scenes cover {cover}"
        )
    looked.sources = [source for source in looked.sources if source not in outside]
    if not outside:
        return []
    more = " ..." if len(outside) > 3 else ""
    return [
        f"stack '{name}': {len(outside)} files lie outside the bounds {list(bounds)} and are not "
        f"used: {', '.join(source.path for source in outside[:3])}{more}"
    ]


def _check_one_system(name: str, groups: dict, looked: Looked, settings: dict, superset: dict):
    """Refuse fixed bounds for tracks or places in several CRS, as they are in one."""
    bounds = grids.extent(settings, superset)[1]
    systems = {label: looked.header(members[0])["crs"] for label, members in groups.items()}
    if bounds and len(set(systems.values())) > 1:
        told = ", ".join(f"{label} in {crs}" for label, crs in systems.items())
        raise InputError(
            f"stack '{name}': bounds {list(bounds)} are in one CRS, and its tracks or places are "
            f"not ({told}); make an entry of 'stacks' for each, with 'bounds' of its own"
        )


def _refusal(name: str, reasons: list[str]) -> str:
    """All that cannot be used, a line each."""
    leave_out = "with 'check: {unreadable: leave_out}'"
    if len(reasons) == 1:
        return f"stack '{name}': {reasons[0]}; or go on without, {leave_out}"
    head = (
        f"stack '{name}': {len(reasons)} files cannot be used; mend them, take them out "
        f"('exclude:'), or go on without, {leave_out}"
    )
    return "\n".join([head, *reasons])


def _too_few(name: str, stack: str, polarization: str, scenes: dict, groups: int) -> str:
    only = f" ({next(iter(scenes.values())).paths[0]})" if scenes else ""
    count = "only one scene" if scenes else "no scene"
    if groups == 1:
        return (
            f"stack '{stack}', {polarization}: {count}{only}; a stack needs at least two to compare"
        )
    return (
        f"stack '{stack}', {polarization}: {count}{only}, left out as there is nothing to compare "
        f"it with; with 'tracks: together' all files of '{name}' are one stack"
    )


def _product(
    stack: str, scenes: dict, own: Own, looked: Looked, settings: dict, superset: dict
) -> Product:
    """A product on the grid of its scenes."""
    oldest_first = [scenes[name] for name in sorted(scenes)]
    files = [[(s.path, s.band) for s in scene.sources] for scene in oldest_first]
    try:
        grid, off = grids.common(files, looked.headers, *grids.extent(settings, superset))
    except InputError as error:
        where = f"stack '{stack}', {own.polarization}"
        raise InputError(f"{where}: superset: {error}") from None
    remarks = []
    if off:
        remarks.append(
            f"{len(off)} of {sum(map(len, files))} files are off the stack's pixel lattice and are "
            f"resampled: {', '.join(path for path, _ in off[:3])}"
            + (" ..." if len(off) > 3 else "")
        )
    return Product(scenes, grid, remarks=tuple(remarks))


def _left_out(own: Own, looked: Looked, here: set[Source]) -> tuple[dict, ...]:
    """The files of a stack and polarization that are not used, with their scenes if they tell one.

    ``here`` are the unusable files of the stack; what is not there at all is named in each.
    """
    bad = sorted(own.sources & here, key=lambda source: source.time)
    return (
        *({"scene": None, "file": path, "reason": line} for path, line in own.missing.items()),
        *({"scene": names.scene_id(s.time), "file": s.path, "reason": looked.bad[s]} for s in bad),
    )


def _direction(members: list[Source], looked: Looked) -> str | None:
    found = {
        passes.direction(source, (looked.box[source][0] + looked.box[source][2]) / 2)
        for source in members
    }
    return found.pop() if len(found) == 1 else None


def _told(name: str, count: int, products: dict[tuple[str, str], Product]) -> list[str]:
    """What was made of the files where it is not plain."""
    lines = []
    if count > 1:
        stacks = {stack: product for (stack, _), product in products.items()}
        parts = [
            f"{stack} ({len(product.scenes)} scenes"
            + (f", {product.direction}" if product.direction else "")
            + ")"
            for stack, product in stacks.items()
        ]
        lines.append(
            f"stack '{name}' holds several tracks or places, each a stack of its own: "
            f"{', '.join(parts)}; 'tracks: together' makes one of the tracks"
        )
    for (stack, polarization), product in products.items():
        several = [len(scene.sources) for scene in product.scenes.values()]
        if max(several) > 1:
            lines.append(
                f"stack '{stack}', {polarization}: {len(several)} scenes out of {sum(several)} "
                "files, as slices or bursts of one pass are one scene; 'slices: separate' keeps "
                "them apart"
            )
        lines += [f"stack '{stack}', {polarization}: {remark}" for remark in product.remarks]
    return list(dict.fromkeys(lines))

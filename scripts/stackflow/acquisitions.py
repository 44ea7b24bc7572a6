"""The scenes of one stack and polarization: files of a pass together, none twice.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re
from dataclasses import dataclass, field

from stackflow import grids, headers, passes
from stackflow.sources import Source, mixtures
from stackflow.twins import Preference
from stackshift.errors import InputError
from stackshift.ground import names
from stackshift.ground.lattice import Bounds
from stackshift.ground.longitudes import side_by_side


@dataclass(frozen=True)
class Scene:
    """One acquisition: its name in the workflow, its files in order of time, its platform.

    ``tags`` is what the files' own tags tell of how they were made, of each file.
    ``direction`` is ascending, descending, or None where nothing tells.
    """

    name: str
    sources: tuple[Source, ...]
    platform: str | None
    tags: tuple[dict[str, str], ...] = ()
    direction: str | None = None

    def trait(self, name: str) -> str | None:
        """What the names of its files say of one trait, separated by blanks where they differ."""
        found = {value for source in self.sources if (value := dict(source.traits).get(name))}
        return " ".join(sorted(found)) or None

    @property
    def paths(self) -> list[str]:
        """The files as GDAL opens them."""
        return [source.path for source in self.sources]

    def attributes(self) -> dict[str, str]:
        """What is known of how the scene was made: what a sheet says, its names, then its tags.

        Files of a pass that differ have both values; the newest of them counts for ``processed``.
        """
        tags = self.tags or ({},) * len(self.sources)
        told = [own | source.attributes() for own, source in zip(tags, self.sources, strict=True)]
        found: dict[str, str] = {"platform": self.platform} if self.platform else {}
        for name in dict.fromkeys(name for one in told for name in one):
            values = sorted({one[name] for one in told if name in one})
            found.setdefault(name, values[-1] if name == "processed" else " + ".join(values))
        return found


@dataclass
class Looked:
    """The usable files of a stack with their headers, and the lines on those that are not."""

    sources: list[Source]
    headers: dict[grids.File, dict]
    bad: dict[Source, str] = field(default_factory=dict)
    box: dict[Source, Bounds] = field(default_factory=dict)

    def __post_init__(self):
        self.drop({s: h["problem"] for s in self.sources if "problem" in (h := self.header(s))})
        boxes = side_by_side([tuple(self.header(source)["box"]) for source in self.sources])
        self.box = dict(zip(self.sources, boxes, strict=True))

    def header(self, source: Source) -> dict:
        return self.headers[source.path, source.band]

    def drop(self, reasons: dict[Source, str]) -> None:
        """Files that are not used, each with the reason in one line."""
        self.bad |= reasons
        self.sources = [source for source in self.sources if source not in reasons]


@dataclass(frozen=True)
class Own:
    """What was found of one polarization: files, and lines on what is not there by path."""

    polarization: str
    sources: set[Source]
    missing: dict[str, str]


def scenes_of(
    stack: str, members: list[Source], own: Own, looked: Looked, settings: dict
) -> tuple[dict[str, Scene], list[str]]:
    """The scenes of one polarization, and what is to be said of their files.

    Parameters
    ----------
    stack : its name, for messages.
    members : files of the stack in all its polarizations.
    own : those of the polarization, with others.
    looked : the headers.
    settings : the stack's entry in the config.

    Returns
    -------
    Scenes by name, newest first, and lines that are worth a look.

    Raises
    ------
    InputError
        If two scenes have one time, or files of one date cannot be told apart.
    """
    scenes: dict[str, Scene] = {}
    preferred = Preference(source for source in members if source in own.sources)
    age = _age(looked)
    remarks = [remark for source in members if source in own.sources for remark in source.remarks]
    if mixed := passes.mixed_tracks(members):
        remarks.append(mixed)
    for group in passes.passes(members):
        sources = [source for source in group if source in own.sources]
        stands_for = preferred.other_producers(sources)
        stands_for |= passes.repeated(
            [source for source in sources if source not in stands_for],
            looked.box.__getitem__,
            lambda source: (preferred.rank(source), age(source)),
        )
        _check_dated(stack, sources, stands_for, preferred)
        remarks += [_same_twice(old, new, age, preferred) for old, new in stands_for.items()]
        used = [source for source in sources if source not in stands_for]
        # The name is that of the pass, so that it is the same in each polarization; of a processing
        # that is not used it has nothing.
        unused = {source.time for source in stands_for} - {source.time for source in used}
        times = [source.time for source in group if source.time not in unused]
        parts = [used] if settings["slices"] == "together" else [[source] for source in used]
        for part in filter(None, parts):
            together = settings["slices"] == "together"
            name = names.scene_id(min(times) if together else part[0].time)
            if name in scenes:
                raise InputError(
                    f"stack '{stack}': two scenes have the acquisition time {name}: "
                    f"{scenes[name].paths[0]} and {part[0].path}; leave one out ('exclude:')"
                )
            box = looked.box[part[0]]
            flown = passes.direction(part[0], (box[0] + box[2]) / 2)
            tags = tuple(looked.header(source).get("made", {}) for source in part)
            scenes[name] = Scene(name, tuple(part), part[0].platform, tags, flown)
    used_sources = [source for scene in scenes.values() for source in scene.sources]
    remarks += [line for s in used_sources if (line := looked.header(s).get("beside"))]
    remarks += mixtures(used_sources)
    return {name: scenes[name] for name in sorted(scenes, reverse=True)}, remarks


def _check_dated(stack: str, sources: list[Source], stands_for: dict, preferred) -> None:
    alike = [pair for pair in stands_for.items() if preferred.reason(*pair) is None]
    if alike and not all(source.dated for source in sources):
        old, new = alike[0]
        raise InputError(
            f"stack '{stack}': {old.path} and {new.path} have one date and no time of day; give "
            "times in a scene sheet, or leave one out ('exclude:')"
        )


def _age(looked: Looked):
    """How new a processing is: by the name or sheet, by the file's tags, by its time stamp."""

    def age(source: Source) -> tuple:
        said = source.processed.isoformat() if source.processed else ""
        return (
            said,
            # Tags write times in several styles.
            re.sub(r"\D", "", looked.header(source).get("processed") or "")[:14],
            (headers.stamp_of(source.path) or [0, 0])[1],
            source.path,
        )

    return age


def _same_twice(old: Source, new: Source, age, preferred: Preference) -> str:
    if why := preferred.reason(old, new):
        return f"{old.path} is the same acquisition as {new.path}, which {why} and is used"
    ages = [age(source) for source in (old, new)]
    how = ("by its name", "by its tags", "by the time stamp of the file", "by its name's order")
    reason = next(text for i, text in enumerate(how) if ages[0][i] != ages[1][i] or i == 3)
    if not any(ages[0][:2]) and any(ages[1][:2]):
        reason = "as it alone tells its time"
    return (
        f"{old.path} is the same acquisition as {new.path}, which is the newer processing {reason} "
        "and is used"
    )

"""Files of a stack by track and place: which are stacks of their own, and which got astray."""

from collections.abc import Iterable
from functools import partial

from stackflow import passes
from stackflow.acquisitions import Looked
from stackflow.sources import Source

# A place with fewer scenes than this share of the largest one's is where scenes got astray.
_ASTRAY = 0.2
# Unless it has as many dates as that.
_ENOUGH = 3


def by_place(looked: Looked, settings: dict, known: Iterable[str] = ()) -> dict[str, list[Source]]:
    """Files by track and place, those that are neither near the others put aside.

    ``known`` are times of day by which tracks are called already.
    """
    if settings["tracks"] == "together":
        tracks = {"": sorted(looked.sources, key=lambda source: source.time)}
    else:
        tracks = passes.by_track(
            looked.sources,
            known,
            lambda source: passes.direction(source, _longitude(looked, source)),
        )
    groups: dict[str, list[Source]] = {}
    for track, members in tracks.items():
        number = passes.places([looked.box[source] for source in members])
        parts: dict[int, list[Source]] = {}
        for source, place in zip(members, number, strict=True):
            parts.setdefault(place, []).append(source)
        largest = max(map(len, parts.values()), default=0)
        kept = [sources for sources in parts.values() if _is_stack(sources, largest)]
        if not kept:
            kept = list(parts.values())
        for sources in parts.values():
            if sources not in kept:
                looked.drop(
                    {
                        source: f"{source.path} lies far from the other scenes of the stack; take "
                        "it out, or correct its place"
                        for source in sources
                    }
                )
        for label, sources in zip(_place_names(track, kept), kept, strict=True):
            groups[label] = sources
    return groups


def _longitude(looked: Looked, source: Source) -> float:
    left, _, right, _ = looked.box[source]
    return (left + right) / 2


def _is_stack(sources: list[Source], largest: int) -> bool:
    """Whether files that lie apart are a stack of their own, and did not get astray."""
    count = dates(sources)
    return count >= _ENOUGH or (count > 1 and len(sources) >= _ASTRAY * largest)


def dates(sources: list[Source]) -> int:
    """Number of days on which files were acquired."""
    return len({source.time.date() for source in sources})


def _place_names(track: str, kept: list[list[Source]]) -> list[str]:
    """What stacks of one track are called: by burst, or by number where that does not tell."""
    if len(kept) < 2:
        return [track for _ in kept]
    bursts = [sorted(str(source.burst) for source in sources)[0] for sources in kept]
    if all(source.burst for sources in kept for source in sources):
        return bursts
    return [f"{track}{'.' if track else ''}{i + 1}" for i in range(len(kept))]


def homes(groups: dict[str, list[Source]], looked: Looked) -> dict[Source, str]:
    """The stack, by its label, that each file that cannot be used would have been in."""

    def apart(source: Source, label: str) -> tuple:
        ways = {other.direction for other in groups[label]}
        other_way = source.direction is not None and not ways & {None, source.direction}
        return other_way, passes.time_apart(source, groups[label])

    return {source: min(groups, key=partial(apart, source)) for source in looked.bad}

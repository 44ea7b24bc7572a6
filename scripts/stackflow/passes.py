"""Which files are one scene: tracks, places, passes, and acquisitions that are there twice.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from stackflow.sources import Source
from stackshift.ground.lattice import Bounds

# Sentinel-1 flies 175 orbits in 12 days, so tracks pass a place at times of day that are multiples
# of 1440 / 175 = 8.2 minutes apart; slices of one pass follow each other by 25 seconds.
_SAME_TRACK = timedelta(minutes=4.1)
_DAY = timedelta(days=1)
# Files of one pass, from one to the next.
_SAME_PASS = timedelta(minutes=3)
# Two processings of one acquisition may start a second apart; bursts of a subswath do so by 2.76.
_SAME_START = timedelta(seconds=1.5)
# And they cover the same ground but for edges, or one is a part of the other.
_SAME_GROUND = 0.8
# A file that covers so much less than the largest is a part of it, however new.
_PART = 0.8
# Scenes are of one place if the gap between them is at most this share of the larger one.
_BESIDE = 0.5


def by_track(
    sources: Iterable[Source],
    known: Iterable[str] = (),
    flown: Callable[[Source], str | None] = lambda source: source.direction,
) -> dict[str, list[Source]]:
    """Files by their track: ``T137`` by the relative orbit, or ``0523`` by the time of day (UTC).

    Parameters
    ----------
    sources : files of one stack, of all its polarizations.
    known : times of day by which tracks are called already; a track near one keeps it, whatever
        older scene has come.
    flown : ascending or descending, as far as it is known of a file, by its time of day too.

    Returns
    -------
    Files by name of the track, in the order of the tracks' oldest files. What has neither an orbit
    nor a time of day is with the others if these are of one track and it is not told that it flew
    the other way, else by itself as ``undated``, or, where both ways are told, by its direction.
    """
    ordered = sorted(sources, key=lambda source: (source.time, source.path))
    timed = [source for source in ordered if source.dated or source.track]
    tracks: dict[str, list[Source]] = {}
    for group in _by_time_of_day(timed):
        for orbit, members in _by_orbit(group).items():
            oldest = min(members, key=lambda source: source.time)
            label = f"T{orbit:03d}" if orbit else _time_label(oldest, members, known)
            tracks.setdefault(label, []).extend(members)
    undated = [source for source in ordered if not (source.dated or source.track)]
    for label, members in _by_direction(undated, tracks, flown).items():
        tracks.setdefault(label, []).extend(members)
    for members in tracks.values():
        members.sort(key=lambda source: (source.time, source.path))
    return dict(sorted(tracks.items(), key=lambda item: item[1][0].time))


def _by_direction(undated: list[Source], tracks: dict[str, list[Source]], flown) -> dict:
    """Files of which the date alone is known, by the track that they are with."""
    ways = {source.direction for source in undated if source.direction}
    only = next(iter(tracks)) if len(tracks) == 1 else None
    known = {way for source in tracks[only] if (way := flown(source))} if only else set()
    found: dict[str, list[Source]] = {}
    for source in undated:
        label = "undated"
        if only and (source.direction is None or (known or ways) == {source.direction}):
            label = only
        elif source.direction and len(ways) > 1:
            label = source.direction
        found.setdefault(label, []).append(source)
    return found


def _time_label(oldest: Source, members: list[Source], known: Iterable[str]) -> str:
    """The time of day by which a track is called: the one it has already, or its oldest file's."""
    minute = timedelta(minutes=1)
    for label in known:
        at = Source("", datetime.strptime(f"20000101{label}", "%Y%m%d%H%M") + minute / 2)
        if time_apart(at, members) <= minute / 2:
            return label
    return f"{oldest.time:%H%M}"


def _by_time_of_day(sources: list[Source]) -> list[list[Source]]:
    """Groups within which each time of day is near another; the day is a circle."""
    midnight = datetime(2000, 1, 1)

    def time_of_day(source: Source) -> timedelta:
        return datetime.combine(midnight, source.time.time()) - midnight

    ordered = sorted(sources, key=time_of_day)
    groups: list[list[Source]] = []
    for source in ordered:
        if groups and time_of_day(source) - time_of_day(groups[-1][-1]) <= _SAME_TRACK:
            groups[-1].append(source)
        else:
            groups.append([source])
    if len(groups) > 1:
        around = time_of_day(groups[0][0]) + _DAY - time_of_day(groups[-1][-1])
        if around <= _SAME_TRACK:
            groups[0] = groups.pop() + groups[0]
    return groups


def time_apart(source: Source, others: list[Source]) -> timedelta:
    """How far a file's time of day is from the nearest one's of others, around midnight too."""
    apart = [abs(source.time - other.time) % _DAY for other in others]
    return min(min(one, _DAY - one) for one in apart)


def _by_orbit(group: list[Source]) -> dict[int | None, list[Source]]:
    """A group by relative orbit; a file that does not tell its own has that of the one before."""
    if not any(source.track for source in group):
        return {None: group}
    orbits: dict[int | None, list[Source]] = {}
    known = next(source.track for source in group if source.track)
    for source in group:
        known = source.track or known
        orbits.setdefault(known, []).append(source)
    return orbits


def places(boxes: list[Bounds]) -> list[int]:
    """The number of the place that each box belongs to, 0 being that of the first.

    Boxes of one place overlap or lie beside each other, each with at least one of the others.

    Parameters
    ----------
    boxes : (left, bottom, right, top), all in one system.
    """
    found: list[list[Bounds]] = []
    for box in dict.fromkeys(boxes):
        # Nearly all lie beside the first one of their place, so that few are looked at.
        near = [members for members in found if any(_beside(box, member) for member in members)]
        found = [members for members in found if members not in near]
        found.append([*(member for members in near for member in members), box])
    of = {box: number for number, members in enumerate(found) for box in members}
    numbers = list(dict.fromkeys(of[box] for box in boxes))
    return [numbers.index(of[box]) for box in boxes]


def _beside(one: Bounds, other: Bounds) -> bool:
    for low, high in ((0, 2), (1, 3)):
        gap = max(one[low], other[low]) - min(one[high], other[high])
        if gap > _BESIDE * max(one[high] - one[low], other[high] - other[low]):
            return False
    return True


def passes(sources: Iterable[Source]) -> list[list[Source]]:
    """Files of each pass of a satellite over one place, oldest first.

    Parameters
    ----------
    sources : files of one track and place, of all polarizations.

    Returns
    -------
    A list a pass: files of one platform and direction that follow each other within minutes, or
    that have one date where the time of day is not known.
    """
    found: list[list[Source]] = []
    platforms = sorted({source.platform or "" for source in sources})
    # What does not tell its platform is of the only one that there is.
    only = [platform for platform in platforms if platform]
    for platform in only if len(only) == 1 else platforms:
        own = [s for s in sources if (s.platform or "") == platform or len(only) == 1]
        own.sort(key=lambda source: (source.time, source.direction or "", source.path))
        groups = [own[:1]]
        for before, source in pairwise(own):
            opposite = len({before.direction, source.direction} - {None}) > 1
            if source.time - before.time <= _SAME_PASS and not opposite:
                groups[-1].append(source)
            else:
                groups.append([source])
        found += groups
    return sorted(found, key=lambda files: files[0].time)


def mixed_tracks(sources: Iterable[Source]) -> str | None:
    """A line if scenes of a stack are of several tracks by their dates, as they tell no more.

    Sentinel-1 passes a place on one track each 12 days; two satellites do so on days of their own.
    """
    days: dict[str, set[int]] = {}
    for source in sources:
        if not (source.dated or source.track) and (source.platform or "").startswith("S1"):
            days.setdefault(str(source.platform), set()).add(source.time.toordinal() % 12)
    mixed = sorted(platform for platform, phases in days.items() if _phases(phases) > 1)
    if not mixed:
        return None
    return (
        f"dates of {' and '.join(mixed)} are not multiples of 12 days apart, as those of one track "
        "are: tracks may be mixed, as names tell no time of day and no relative orbit; give times "
        "in a scene sheet, or a stack to each track"
    )


def _phases(days: set[int]) -> int:
    """Number of phases of 12 days, of which those on both sides of midnight are one."""
    return sum((day - 1) % 12 not in days for day in days) or len(days)


def repeated(
    sources: list[Source], box_of: Callable[[Source], Bounds], age_of: Callable[[Source], tuple]
) -> dict[Source, Source]:
    """Files of one acquisition that another file of the same acquisition stands for.

    Parameters
    ----------
    sources : files of one pass and polarization.
    box_of : (left, bottom, right, top) of a file.
    age_of : what the processing is known by, larger for a newer one.

    Returns
    -------
    The file that counts, by the file that does not.
    """
    largest = max((_area(box_of(source)) for source in sources), default=0.0)
    newest_first = sorted(
        sources,
        key=lambda source: (_area(box_of(source)) >= _PART * largest, age_of(source)),
        reverse=True,
    )
    stands_for: dict[Source, Source] = {}
    for i, source in enumerate(newest_first):
        for newer in newest_first[:i]:
            if newer not in stands_for and _same_acquisition(source, newer, box_of):
                stands_for[source] = newer
                break
    return stands_for


def _same_acquisition(one: Source, other: Source, box_of) -> bool:
    if one.burst or other.burst:
        return one.burst == other.burst
    if dict(one.traits).get("swath") != dict(other.traits).get("swath"):
        return False
    # Who makes a product decides when it starts.
    producers = {dict(source.traits).get("product") for source in (one, other)}
    if abs(one.time - other.time) > _SAME_START and len(producers) < 2:
        return False
    return _shared(box_of(one), box_of(other)) >= _SAME_GROUND


def _area(box: Bounds) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shared(one: Bounds, other: Bounds) -> float:
    """The common area of two boxes as a share of the smaller one's."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min(_area(one), _area(other))
    return max(width, 0) * max(height, 0) / smaller if smaller > 0 else 0.0


def direction(source: Source, longitude: float) -> str | None:
    """Ascending or descending, from what is said of a file or its local solar time.

    Sentinel-1 crosses the equator at 6 and 18 o'clock, northwards in the evening (ESA, Sentinel-1
    mission guide); None well away from these.
    """
    if source.direction or not source.dated:
        return source.direction
    hour = (source.time.hour + source.time.minute / 60 + longitude / 15) % 24
    if abs(hour - 18) <= 3:
        return "ascending"
    return "descending" if abs(hour - 6) <= 3 else None

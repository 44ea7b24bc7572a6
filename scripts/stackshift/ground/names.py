"""What the names of SAR products tell: acquisition, platform, polarization, track, burst...

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import html
import os
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from stackshift.errors import InputError
from stackshift.ground import moments, products

SCENE_FORMAT = "%Y%m%dT%H%M%S"
POLARIZATIONS = ("VV", "VH", "HH", "HV")

# HyP3 RTC and ESA names hold the acquisition start first, ESA and OPERA names a later time
# (end of the acquisition, processing) behind it.
_TIME = re.compile(r"(?<!\d)(\d{8}T\d{6})(?!\d)")
_PLATFORM = re.compile(r"(?<![A-Z0-9])R?(?:S-?|SENTINEL[-_ ]?)1-?([A-D])(?![A-Z0-9])")
_BURST = re.compile(r"(?<![A-Z0-9])(T\d{3})[-_.](\d{6})[-_.]((?:IW|EW)\d)(?![A-Z0-9])")
# How the name of a GeoTIFF ends.
TIFF = re.compile(r"\.(?:geo|g)?tiff?$", re.IGNORECASE)
POLARIZATION = re.compile(r"(?<![A-Z0-9])(VV|VH|HH|HV)(?![A-Z0-9])")
_TRACK = re.compile(
    r"(?<![A-Z0-9])(?:[TR](\d{3})|(?:TRACK|PATH|(?:REL(?:ATIVE)?[-_ ]?)?ORB(?:IT)?)[-_ ]?(\d{1,3})"
    # As S1Tiling has it: s1a_31TDH_vv_DES_110_20200108t044215.
    r"|(?:ASC|DES)[-_](\d{3}))(?![A-Z0-9])"
)
# A frame of COMET, 137D_04923_131313, or a folder of a track.
_FRAME = re.compile(r"(?<![A-Z0-9])(\d{3})([AD])_\d{5}_\d{6}(?!\d)|^(\d{3})([AD])$")
_DIRECTION = re.compile(
    r"(?<![A-Z])(ASC|DE?SC)(?:ENDING)?(?![A-Z])|(?<![A-Z])(DES)[-_]\d{3}(?![A-Z0-9])"
)
_DECIBEL = re.compile(r"(?<![A-Z0-9])(?:DB|DECIBELS?)(?![A-Z0-9])")
_AMPLITUDE = re.compile(r"(?<![A-Z0-9])AMP(?:LITUDE)?(?![A-Z0-9])")
_POWER = re.compile(r"(?<![A-Z0-9])(?:POW(?:ER)?|LIN(?:EAR)?|INTENSITY)(?![A-Z0-9])")
_RADIOMETRY = re.compile(r"(?<![A-Z])(GAMMA|SIGMA|BETA)[-_ ]?(?:0|NOUGHT|NAUGHT)(?!\d)")
_POSTING = re.compile(r"(?<![A-Z0-9.])0*(\d{1,3})M(?![A-Z0-9])")
_SWATH = re.compile(r"(?<![A-Z0-9])((?:IW|EW)\d)(?![A-Z0-9])")


@dataclass(frozen=True)
class Told:
    """What the names of a path tell; None where they say nothing.

    ``ambiguous`` says why there is no ``time`` although there are times; ``doubts`` are lines for
    a reader about what was taken for what.
    """

    time: datetime | None = None
    dated: bool = True
    platform: str | None = None
    polarization: str | None = None
    track: int | None = None
    direction: str | None = None
    burst: str | None = None
    processed: datetime | None = None
    values: str | None = None
    traits: products.Traits = ()
    ambiguous: str | None = None
    doubts: tuple[str, ...] = ()
    grammar: bool = False


def tell(parts: tuple[str, ...]) -> Told:
    """What a path tells, of its names from the file's to that of its farthest folder.

    The name that is nearest to the file decides, each property by itself. Only a time is taken
    from farther away if the name there is a product's, or gives the time of day of the same date.

    Parameters
    ----------
    parts : names, the file's first.

    Examples
    --------
    >>> told = tell(("iw-vv.rtc.tiff", "S1A_IW_GRDH_1SDV_20220115T134101_20220115T134126_041473"
    ...              "_04EE91_9C01"))
    >>> told.time, told.platform, told.polarization, told.track
    (datetime.datetime(2022, 1, 15, 13, 41, 1), 'S1A', 'VV', 101)
    """
    read = [_read(part) for part in parts]
    timed = _timed(parts, read)

    def nearest(key: str):
        return next((value for told in read if (value := getattr(told, key)) is not None), None)

    traits: dict[str, str] = {}
    for told in read:
        for name, value in told.traits:
            traits.setdefault(name, value)
    return Told(
        timed.time,
        timed.dated,
        nearest("platform"),
        nearest("polarization"),
        nearest("track"),
        nearest("direction"),
        nearest("burst"),
        timed.processed or nearest("processed"),
        nearest("values"),
        tuple(sorted(traits.items())),
        timed.ambiguous,
        timed.doubts,
    )


def _timed(parts: tuple[str, ...], read: list[Told]) -> Told:
    """The name whose time counts."""
    timed = [told for told in read if told.time or told.ambiguous]
    if not timed:
        day = moments.date_of_folders(parts)
        return Told(day, False) if day else Told()
    first = timed[0]
    product = next((told for told in timed if told.grammar), None)
    if first.grammar or product is None:
        if first.time and not first.dated:
            days = [t for t in timed if t.time and t.dated and t.time.date() == first.time.date()]
            return days[0] if days else first
        return first
    if first.time and product.time and first.time.date() == product.time.date():
        return first if first.dated else product
    doubt = f"{parts[0]}: its time is taken from the product's name among its folders"
    return Told(product.time, processed=product.processed, doubts=(doubt,))


@lru_cache(maxsize=4096)
def _read(name: str) -> Told:
    """What a single name tells."""
    upper = name.upper()
    product = products.recognise(upper)
    told = product or products.Product()
    traits = dict(_traits(upper)) | dict(told.traits)
    track, direction = _track(upper)
    flown, own = moments.orbit(upper), told.platform or platform(upper)
    if track is None and flown is not None and own:
        track = products.relative_orbit(own, flown)
    base = Told(
        platform=own,
        polarization=polarization(upper),
        track=told.track or track,
        direction=told.direction or direction,
        burst=told.burst or burst(upper),
        values=_values(upper) or told.values,
        traits=tuple(traits.items()),
    )
    if told.pair:
        return replace(base, ambiguous="is a pair of acquisitions (an interferogram)")
    if told.time:
        return replace(base, time=told.time, processed=told.processed, grammar=True)
    taken = moments.acquisition(name)
    if taken is None:
        return base
    if taken.time is None:
        return replace(base, ambiguous=taken.doubt)
    doubts = (taken.doubt,) if taken.doubt else ()
    return replace(
        base, time=taken.time, dated=taken.dated, processed=taken.processed, doubts=doubts
    )


def _track(upper: str) -> tuple[int | None, str | None]:
    """Relative orbit and direction."""
    direction = {"A": "ascending", "D": "descending"}
    frame = _FRAME.search(upper)
    if frame:
        return int(frame[1] or frame[3]), direction[frame[2] or frame[4]]
    match, spelt = _BURST.search(upper) or _TRACK.search(upper), _DIRECTION.search(upper)
    number = next((int(g.lstrip("T")) for g in match.groups() if g), 0) if match else 0
    way = direction[(spelt[1] or spelt[2])[0]] if spelt else None
    return number if 1 <= number <= 175 else None, way


def _values(upper: str) -> str | None:
    for pattern, values in ((_DECIBEL, "decibel"), (_AMPLITUDE, "amplitude"), (_POWER, "power")):
        if pattern.search(upper):
            return values
    return None


def _traits(upper: str):
    if match := _RADIOMETRY.search(upper):
        yield "radiometry", f"{match[1].lower()}0"
    if match := _POSTING.search(upper):
        yield "posting", match[1]
    if match := _SWATH.search(upper):
        yield "swath", match[1]
    if ".RTC.TIF" in upper:
        yield "product", "Planetary Computer RTC"


def acquisition_start(name: str) -> datetime | None:
    """The acquisition start (UTC) in the name of a HyP3, OPERA or ESA product, None without one.

    Examples
    --------
    >>> acquisition_start("S1A_IW_20220115T134101_DVP_RTC30_G_gpuned_9C01_VV.tif")
    datetime.datetime(2022, 1, 15, 13, 41, 1)
    """
    for match in _TIME.finditer(name.upper()):
        try:
            return datetime.strptime(match.group(1), SCENE_FORMAT)
        except ValueError:
            continue
    return None


def platform(name: str) -> str | None:
    """The satellite in a product's name (``S1A`` to ``S1D``), None where the name has none."""
    match = _PLATFORM.search(name.upper())
    return f"S1{match.group(1)}" if match else None


def polarization(name: str) -> str | None:
    """The polarization in a name, None where it has none or several."""
    found = set(POLARIZATION.findall(name.upper()))
    return found.pop() if len(found) == 1 else None


def burst(name: str) -> str | None:
    """The OPERA burst identifier in a product's name (``T137-292319-IW2``), or None."""
    match = _BURST.search(name.upper())
    return "-".join(match.groups()) if match else None


def sources_of_vrt(content: str, path: str) -> list[str]:
    """The names of the files that a VRT is made of, by its XML and the path that it lies at."""
    found = re.findall(r"<Source(?:Filename|Dataset)\b([^>]*)>([^<]*)<", content)
    return [
        os.path.normpath(os.path.join(os.path.dirname(path), html.unescape(name)))
        if re.search(r"relativeToVRT=.1", attributes)
        else html.unescape(name)
        for attributes, name in found
    ]


def scene_id(time: datetime) -> str:
    """The name of a scene in this workflow: its acquisition start as YYYYMMDDTHHMMSS (UTC)."""
    return time.strftime(SCENE_FORMAT)


def parse_time(text: str) -> datetime:
    """A time of a scene sheet (ISO 8601, UTC where it names no zone) as a naive UTC time.

    Raises
    ------
    InputError
        If the text is not a time.
    """
    try:
        time = datetime.fromisoformat(text.strip())
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError):
        raise InputError(f"'{text}' is not a time; write it as 2022-01-15T13:41:01 (UTC)") from None

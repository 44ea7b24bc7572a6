"""The grammars of SAR products' names: what each part of a name of HyP3, OPERA, ESA... means.

Only the standard library, since the Snakefile imports this each time it is parsed.

HyP3: https://hyp3-docs.asf.alaska.edu/guides/rtc_product_guide/#naming-convention;
OPERA: product specification of RTC-S1; ESA: https://sentiwiki.copernicus.eu/web/s1-products;
pyroSAR: https://pyrosar.readthedocs.io/en/latest/general/filenaming.html.
"""

import re
from dataclasses import dataclass
from datetime import datetime

Traits = tuple[tuple[str, str], ...]

_TIME = r"(\d{8}T\d{6})"
_HYP3 = re.compile(
    rf"R?(S1[A-D])_(IW|EW|SM|WV|S[1-6])_{_TIME}_[SD][HV]([PRO])_RTC(\d+)_[A-Z]"
    r"_([GS])([PAD])([UW])([NF])([EC])([DM])_[0-9A-F]{4}"
)
_OLD_HYP3 = re.compile(
    rf"R?(S1[A-D])_(IW|EW|SM|WV|S[1-6])_RT(\d+)_{_TIME}_[A-Z]_([GS])([PA])([NF])"
)
_OPERA = re.compile(
    rf"OPERA_L2_([A-Z]+-S1)_(T\d{{3}}-\d{{6}}-[A-Z]{{2}}\d)_{_TIME}Z_{_TIME}Z_(S1[A-D])"
    r"(?:_(\d+))?(?:_[VH]{2})?_(V[\d.]*\d)"
)
_ESA = re.compile(
    r"(S1[A-D])[-_]+(IW|EW|SM|WV|S[1-6])(\d?)[-_]+([A-Z]{3})[FHMT]?[-_]+"
    rf"(?:\d[SAN][SD][HV][-_]+|[VH]{{2}}[-_]+)?{_TIME}(?:[-_]+{_TIME})?"
    r"[-_]+(\d{6})[-_]+[0-9A-F]{6}"
)
# The backscatter that an NRB's files hold: s1a-iw-nrb-...-vv-g-lin.tif is gamma0.
_NRB = re.compile(r"[-_][VH]{2}[-_]([GS])[-_]L(?:IN|OG)")
_PYROSAR = re.compile(rf"(S1[A-D])_+(IW|EW|SM|WV|S[1-6])_+([AD])_{_TIME}")
_PAIR = re.compile(rf"S1[A-D]{{2}}_{_TIME}_{_TIME}_|S1-GUNW-|_INT\d+_")
_SNAP = re.compile(r"(?<![A-Z])(?:ORB|CAL|NR|ML)_(?:[A-Z0-9]+_)*TC(?![A-Z])")
_VERSION = re.compile(r"(?<![A-Z0-9])(V\d+\.\d+(?:\.\d+)?)(?![A-Z0-9])")

_RADIOMETRY = {"G": "gamma0", "S": "sigma0"}
_VALUES = {"P": "power", "A": "amplitude", "D": "decibel"}
_ORBITS = {"P": "precise", "R": "restituted", "O": "original"}


@dataclass(frozen=True)
class Product:
    """What the grammar of a product's name tells; None where it says nothing."""

    time: datetime | None = None
    platform: str | None = None
    track: int | None = None
    direction: str | None = None
    burst: str | None = None
    processed: datetime | None = None
    values: str | None = None
    traits: Traits = ()
    pair: bool = False


def relative_orbit(platform: str, orbit: int) -> int | None:
    """The track (1-175) of an absolute orbit of Sentinel-1; None of a satellite that is unknown.

    Sentinel-1C changed its orbit in June 2026; 8018 was the last one before that. Constants as in
    ISCE2 (isce-framework/isce2, pull requests 28123 and 28130) and the table of ESA's SentiWiki.
    """
    first = {"S1A": 73, "S1B": 27, "S1C": 172 if orbit <= 8018 else 99, "S1D": 42}.get(platform)
    return None if first is None else (orbit - first) % 175 + 1


def recognise(name: str) -> Product | None:
    """What a name in the grammar of a known product tells, None of any other name."""
    name = name.upper()
    for grammar in (_hyp3, _old_hyp3, _opera, _esa, _pyrosar):
        product = grammar(name)
        if product is not None:
            return product
    return Product(pair=True) if _PAIR.search(name) else None


def is_pair(parts: tuple[str, ...]) -> bool:
    """Whether a path is that of a pair of acquisitions, an interferogram.

    Parameters
    ----------
    parts : names, the file's first; the first that is one of a known product decides.
    """
    known = next((found for part in parts if (found := recognise(part))), None)
    return known is not None and known.pair


def _hyp3(name: str) -> Product | None:
    match = _HYP3.search(name)
    time = match and _time(match[3])
    if not (match and time):
        return None
    traits = (
        ("product", "HyP3 RTC"),
        ("mode", match[2]),
        ("orbit file", _ORBITS[match[4]]),
        ("posting", str(int(match[5]))),
        ("radiometry", _RADIOMETRY[match[6]]),
        ("water", "masked" if match[8] == "W" else "unmasked"),
        ("filter", "filtered" if match[9] == "F" else "unfiltered"),
        ("reckoning", "DEM matched" if match[11] == "M" else "dead reckoning"),
    )
    return Product(time, match[1], values=_VALUES[match[7]], traits=traits)


def _old_hyp3(name: str) -> Product | None:
    match = _OLD_HYP3.search(name)
    time = match and _time(match[4])
    if not (match and time):
        return None
    traits = (
        ("product", "HyP3 RTC, version 1"),
        ("mode", match[2]),
        ("posting", str(int(match[3]))),
        ("radiometry", _RADIOMETRY[match[5]]),
        ("filter", "filtered" if match[7] == "F" else "unfiltered"),
    )
    return Product(time, match[1], values=_VALUES[match[6]], traits=traits)


def _opera(name: str) -> Product | None:
    match = _OPERA.search(name)
    time = match and _time(match[3])
    if not (match and time):
        return None
    traits: Traits = (("product", f"OPERA {match[1]}"), ("swath", match[2][-3:]))
    if match[6]:
        traits += (("posting", str(int(match[6]))),)
    traits += (("processor version", match[7].lower()),)
    if match[1] == "RTC-S1":
        traits += (("radiometry", "gamma0"),)
    return Product(
        time,
        match[5],
        track=int(match[2][1:4]),
        burst=match[2],
        processed=_time(match[4]),
        traits=traits,
    )


def _esa(name: str) -> Product | None:
    match = _ESA.search(name)
    time = match and _time(match[5])
    if not (match and time):
        return None
    traits: Traits = (("mode", match[2]),)
    if match[3]:
        traits += (("swath", match[2] + match[3]),)
    opera = "OPERA_L2_RTC-S1" in name
    if opera:
        traits += (("product", "OPERA RTC-S1 mosaic"), ("radiometry", "gamma0"))
        posting = re.search(r"_(\d+)_V\d", name)
        traits += (("posting", str(int(posting[1]))),) if posting else ()
    elif _SNAP.search(name):
        traits += (("product", "SNAP"),)
    elif match[4] == "NRB":
        traits += (("product", "ESA NRB"),)
        if shown := _NRB.search(name):
            traits += (("radiometry", _RADIOMETRY[shown[1]]),)
    version = _VERSION.search(name)
    if version:
        traits += (("processor version", version[1].lower()),)
    return Product(time, match[1], relative_orbit(match[1], int(match[7])), traits=traits)


def _pyrosar(name: str) -> Product | None:
    match = _PYROSAR.search(name)
    time = match and _time(match[4])
    if not (match and time):
        return None
    direction = "ascending" if match[3] == "A" else "descending"
    return Product(
        time, match[1], direction=direction, traits=(("product", "pyroSAR"), ("mode", match[2]))
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S")
    except ValueError:
        return None

"""One file of one acquisition: what its name, its path and a sheet tell of it.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from urllib.parse import unquote

from stackshift.errors import InputError
from stackshift.ground import names

# A sheet's time is another one than the name's from here on; half a product is 15 s.
_APART = timedelta(minutes=5)
# What scenes of one stack should have in common; the second says how to name it.
_ALIKE = (
    ("product", "processor"),
    ("direction", "direction of flight"),
    ("radiometry", "radiometry"),
    ("values", "values"),
    ("posting", "posting"),
    ("reckoning", "geolocation"),
    ("orbit file", "orbit file"),
    ("processor version", "processor version"),
    ("mode", "mode"),
    ("filter", "speckle filter"),
    ("water", "water"),
)
# Those of which "nothing said" is another one than what the others say.
_SPEAKING = {"product", "values"}


@dataclass(frozen=True)
class Source:
    """One file of one acquisition, and what its name, path and sheet tell of it.

    Attributes
    ----------
    path : as GDAL opens it; /vsizip/... for a file in an archive, local paths as given.
    time : acquisition start, naive UTC.
    dated : False where only the date is known (``time`` is midnight).
    platform : S1A...S1D, or what a sheet says.
    polarization : VV, VH, HH or HV.
    track : relative orbit, 1-175 for Sentinel-1.
    direction : ascending or descending.
    burst : as T137-292319-IW2.
    processed : time of processing, naive UTC.
    values : power, amplitude or decibel.
    band : of the file, counted from 1; None if it has one only.
    traits : further attributes (name, value), by name.
    remarks : lines that are worth a look.
    said : the attributes that a sheet says.
    """

    path: str
    time: datetime
    dated: bool = True
    platform: str | None = None
    polarization: str | None = None
    track: int | None = None
    direction: str | None = None
    burst: str | None = None
    processed: datetime | None = None
    values: str | None = None
    band: int | None = None
    traits: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    def as_opened(self, values: str = "auto") -> dict:
        """What a job is told of the file: ``path``, ``band``, ``values``, and what they are by its
        names, ``named``.

        Parameters
        ----------
        values : as the config says them, which counts more than a name and less than a sheet.
        """
        if "values" in self.said and self.values:
            values = self.values
        return {"path": self.path, "band": self.band, "values": values, "named": self.values}

    def attributes(self) -> dict[str, str]:
        """What names and sheets tell of how the file was made, for telling scenes apart."""
        own = {
            "track": self.track,
            "direction": self.direction,
            "burst": self.burst,
            "values": self.values,
            "processed": self.processed.isoformat() if self.processed else None,
        }
        return dict(self.traits) | {name: str(value) for name, value in own.items() if value}


def is_remote(path: str) -> bool:
    """Whether GDAL reads a path over the network, so that there is no file to look for."""
    return "://" in path or (path.startswith("/vsi") and archive_of(path) is None)


def archive_of(path: str) -> str | None:
    """The local archive that a /vsizip/ or /vsitar/ path reads from, None of other paths.

    It is this file that tells by size and time stamp whether the scene was replaced.
    """
    match = re.match(
        r"/vsi(?:zip|tar|7z|rar)/(?!/?vsi)(.+?\.(?:zip|kmz|tar|tgz|tar\.gz|7z|rar))/", path, re.I
    )
    return match[1] if match and "://" not in path else None


def parts_of(path: str) -> tuple[str, ...]:
    """The names of a path or an address, the file's first; without host, query and /vsi..."""
    path = re.sub(r"^(?:/vsi\w+/)+", "", path)
    if "://" in path:
        path = unquote(re.sub(r"[?#].*$", "", path.partition("://")[2]).partition("/")[2])
    return tuple(part for part in reversed(re.split(r"[/\\]", path)) if part not in ("", ".", ".."))


def from_names(
    path: str, polarization: str, said: dict | None = None, parts: tuple[str, ...] | None = None
) -> Source:
    """A source by what its path tells and what a sheet says, which counts where both speak.

    Parameters
    ----------
    path : as GDAL opens it.
    polarization : the one that is looked for.
    said : fields of Source that a sheet gives.
    parts : names to read, the file's first; by default those of the path.

    Raises
    ------
    InputError
        If neither tells the acquisition time.
    """
    told = names.tell(parts_of(path) if parts is None else parts)
    said = {key: value for key, value in (said or {}).items() if value is not None}
    remarks = [] if "time" in said else list(told.doubts)
    if "time" not in said and told.time is None:
        why = told.ambiguous or "holds no acquisition time (YYYYMMDDTHHMMSS)"
        raise InputError(
            f"the name of {path} {why}; list it in a scene sheet with the columns path and datetime"
        )
    remarks += [f"{path}: {text}" for text in _contradictions(said, told)]
    if told.polarization not in (None, polarization):
        remarks.append(
            f"{path}: its name says {told.polarization}, and it is taken for {polarization}"
        )
    # A sheet's further attributes stand beside those of the name.
    if "traits" in said:
        said["traits"] = tuple(sorted((dict(told.traits) | dict(said["traits"])).items()))
    known = {
        field.name: value
        for field in fields(Source)
        if hasattr(told, field.name) and (value := getattr(told, field.name)) is not None
    }
    more = {"path": path, "remarks": tuple(remarks), "said": tuple(said)}
    source = Source(**{**known, **said, **more})
    return _with_clock(source, told)


def _with_clock(source: Source, told: names.Told) -> Source:
    """The time of day from the name where a sheet gives the date alone, or midnight for it."""
    dateless = not source.dated or source.time.time() == time()
    if dateless and told.time and told.dated and told.time.date() == source.time.date():
        return replace(source, time=told.time, dated=True)
    return source


def _contradictions(said: dict, told: names.Told):
    """What a sheet says against the name."""
    if "time" in said and told.time is not None:
        date_only = not (said.get("dated", True) and told.dated) or said["time"].time() == time()
        same_day = said["time"].date() == told.time.date()
        if not same_day if date_only else abs(said["time"] - told.time) > _APART:
            yield f"the sheet says {_stamp(said['time'])}, its name {_stamp(told.time)}"
    for key in ("platform", "track", "direction", "burst", "values", "polarization"):
        named = getattr(told, key)
        if key in said and named is not None and said[key] != named:
            yield f"the sheet says {key} {said[key]}, its name {named}"


def _stamp(moment: datetime) -> str:
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return text.removesuffix("T00:00:00")


def mixtures(sources: Sequence[Source]) -> list[str]:
    """Where sources of one stack are not alike: a line for each property that they mix.

    Returns
    -------
    Lines as "posting: 28 of 30 scenes 30, 2 scenes 10 (20220115T134101, 20220127T134101)".
    """
    lines = []
    for key, title in _ALIKE:
        found = [_trait(source, key) for source in sources]
        counts = Counter(value for value in found if key in _SPEAKING or value is not None)
        if len(counts) < 2:
            continue
        (most, many), *fewer = counts.most_common()
        text = f"{title}: {many} of {len(sources)} scenes {most or 'not said'}"
        for value, few in fewer:
            stamps = [
                names.scene_id(s.time) for s, v in zip(sources, found, strict=True) if v == value
            ]
            more = f" and {few - 3} more" if few > 3 else ""
            scenes = "scene" if few == 1 else "scenes"
            text += f", {few} {scenes} {value or 'not said'} ({', '.join(stamps[:3])}{more})"
        lines.append(text)
    return lines


def _trait(source: Source, key: str) -> str | None:
    if key in ("values", "direction"):
        return getattr(source, key)
    return dict(source.traits).get(key)


def base_name(path: str) -> str:
    """The file's own name, of a local path, an address or a member of an archive."""
    return (parts_of(path) or (os.path.basename(path),))[0]

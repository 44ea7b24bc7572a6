"""Which files of a folder are scenes by their names, and which lie beside these.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re

from stackshift.ground import names

# Words in names of what lies beside a scene: masks, angles, elevations, pictures.
_BESIDE = re.compile(
    r"(?<![A-Z])(?:LS|INC|RGB|DEM|AREA|MASKS?|INCIDENCE|LIA|ANGLE|LAYOVER|SHADOW|LAYOVERSHADOW"
    r"|THUMB(?:NAIL)?|QUICK-?LOOK|BROWSE|PREVIEW|OVERVIEW|OVR|LOOKS|ANF|PHASE|COH(?:ERENCE)?"
    r"|UNW(?:RAPPED)?|NOISE|NESZ|RATIO|STD(?:DEV)?)(?![A-Z])"
    # Real and imaginary part, and ESA's noise power.
    r"|(?<![A-Z0-9])[IQ](?=[-_](?:VV|VH|HH|HV)(?![A-Z0-9]))|(?<=-)NP(?=-[VH]{2})"
)


def names_polarization(path: str, polarization: str) -> bool:
    """Whether a relative path is a GeoTIFF that names the polarization.

    The file's own name counts, or a folder's if it has none; what is in a .SAFE is no terrain-
    corrected product.
    """
    *folders, name = path.split("/")
    if not names.TIFF.search(name):
        return False
    if any(part.upper().endswith(".SAFE") for part in folders):
        return False
    own = names.POLARIZATION.findall(name.upper())
    if own:
        return set(own) == {polarization}
    told = names.tell((name, *reversed(folders)))
    # A folder VV also holds what is no scene; without a time it is none.
    return told.polarization == polarization and told.time is not None


def beside(paths: list[str]) -> set[str]:
    """Files that are by their names masks, angles or the like of a scene, and none themselves.

    A word before the time may be that of a place, which all files then have.
    """
    found = {path for path in paths if is_beside(path)}
    rest = set(paths) - found
    front = {path for path in rest if _BESIDE.search(_around_the_date(path)[0])}
    return found | front if front < rest else found


def is_beside(path: str) -> bool:
    """Whether a file is none by a word behind the time, or by its folder."""
    # Of a product of ESA the scene is in the folder measurement.
    if re.search(r"(?:^|/)annotation/[^/]*$", path, re.IGNORECASE):
        return True
    return bool(_BESIDE.search(_around_the_date(path)[-1]))


def _around_the_date(path: str) -> list[str]:
    """What stands before and behind the dates in a file's own name, camelCase in words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", path.rpartition("/")[2])
    return re.split(r"\d{8}", name.upper())

"""What was done with the offsets of a stack, as far as it was, in words."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from stackio import files
from stackshift.stack.digits import short

# By kind: what it is called, what for, and the target that makes it (the others are always made).
KINDS = {
    "combined": ("one offset a pass", "out of all polarizations", None),
    "usable": ("usable scenes", "which scenes can be used", None),
    "corrected": ("corrected scenes", "each moved by minus its offset", "corrected"),
    "proven": ("proof", "the corrected scenes, measured again", "proven"),
    "catalogued": ("STAC", "an item a scene, for other tools", "catalogued"),
    "detected": ("change detection", "what the displacements cost it", "detected"),
    "watched": ("watch", "whether something begins", "watched"),
}
_NAMED = 3


def rows_of(entries: Iterable[dict]) -> tuple[list[dict], list[tuple[str, str]]]:
    """What there is of what may have been done, and how the rest is made.

    Parameters
    ----------
    entries : ``kind``, of KINDS, ``stack``, ``polarization`` (empty for all), ``tells``, the path
        of the file that tells of it, ``than``, that of the table that it rests on, and ``links``.

    Returns
    -------
    (rows, missing): the entries of what is there with ``name``, ``what``, ``said``, and ``old``
    where the table is newer; and (target, what it makes) of what is not there.
    """
    rows, missing = [], {}
    for entry in entries:
        name, what, target = KINDS[entry["kind"]]
        path = Path(entry["tells"])
        if not path.is_file():
            if target:
                missing[target] = f"{name}: {what}"
            continue
        than = Path(entry["than"])
        old = than.is_file() and os.stat(path).st_mtime < os.stat(than).st_mtime
        said = _SAID[entry["kind"]](path)
        rows.append(
            entry | {"name": name, "what": what, "said": said, "old": old, "target": target}
        )
    return rows, list(missing.items())


def _combined(path: Path) -> str:
    answers = files.read_json(path)["answers"].values()
    return "; ".join(answer["text_these"] for answer in answers)


def _usable(path: Path) -> str:
    with open(path, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    scenes = {row["scene"]: row["usable"] for row in rows if row["scene"]}
    good = sum(value == "true" for value in scenes.values())
    return f"{good} of {len(scenes)} scenes can be used"


def _corrected(path: Path) -> str:
    with open(path, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    moved = {row["scene"]: row["corrected"] for row in rows}
    count = sum(value == "true" for value in moved.values())
    return f"{count} of {len(moved)} scenes were moved; the others are as they were"


def _proven(path: Path) -> str:
    return str(files.read_json(path)["line"])


def _catalogued(path: Path) -> str:
    count = sum(link["rel"] == "item" for link in files.read_json(path)["links"])
    return f"{count} items"


def _detected(path: Path) -> str:
    return str(files.read_json(path)["line"])


def _watched(path: Path) -> str:
    found = files.read_json(path)
    if found["open"]:
        return "; ".join(alert["text"] for alert in found["open"])
    besides = "".join(f", {text}" for text in found.get("besides", []))
    if not found["tested"]:
        return f"not tested yet: too few scenes{besides}"
    known = f", {len(found['alerts'])} known alerts" if found["alerts"] else ""
    return f"nothing began: {found['tested']} scenes tested{known}{besides}"


def compared(path: str) -> dict:
    """What a comparison of two results says of them: ``names``, and ``said`` in words."""
    found = files.read_json(path)
    parts = [
        f"{short(found[axis]['rms'])} m {axis}"
        for axis in ("east", "north")
        if found[axis]["rms"] is not None
    ]
    disagree = sorted({*found["east"]["disagree"], *found["north"]["disagree"]})
    more = len(disagree) - _NAMED
    on = ", ".join(disagree[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return {
        "names": Path(path).parent.name.replace("__", " against ") + f", {Path(path).stem}",
        "said": (f"{apart['text']}; " if (apart := found.get("apart")) else "")
        + (f"rms difference {' and '.join(parts)}" if parts else "not known")
        + (f"; they disagree on {on}" if disagree else "; they disagree on no scene"),
    }


_SAID = {
    "combined": _combined, "usable": _usable, "corrected": _corrected, "proven": _proven,
    "catalogued": _catalogued, "detected": _detected, "watched": _watched,
}  # fmt: skip

"""The files of scenes as rows of a scene sheet, which `stackflow.sheets` reads back.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
from collections import Counter

from stackflow.acquisitions import Scene
from stackflow.sources import Source, base_name, is_remote
from stackshift.ground import names

_ARCHIVE = re.compile(r"(/vsi(?:zip|tar|gzip|7z|rar)/)(?![/{]|vsi|\w+://)(.+)")


def absolute(path: str) -> str:
    """A path that means the same from any working folder; addresses do already."""
    if match := _ARCHIVE.match(path):
        return match[1] + os.path.abspath(match[2])
    return path if _is_fixed(path) else os.path.abspath(path)


def seen_from(path: str, folder: str) -> str:
    """A path as a file in a folder names it, so that both can be moved together.

    Absolute paths and addresses stay as they are. So do those that are relative to the working
    folder, but absolute, where a link leads from it to the folder: from there ".." leads elsewhere.
    """
    match = _ARCHIVE.match(path)
    if match is None and _is_fixed(path):
        return path
    if os.path.realpath(folder) != os.path.join(os.path.realpath("."), os.path.normpath(folder)):
        return absolute(path)
    if match is not None:
        return match[1] + os.path.relpath(match[2], folder)
    return os.path.relpath(path, folder)


def named_in_vrt(path: str, folder: str) -> str:
    """The same for a VRT in the folder, in which GDAL knows no relative paths into archives."""
    return absolute(path) if path.startswith("/vsi") else seen_from(path, folder)


def _is_fixed(path: str) -> bool:
    return is_remote(path) or path.startswith("/")


def rows(
    scene: Scene,
    polarization: str,
    folder: str,
    values: str = "auto",
    direction: str | None = None,
) -> list[dict[str, str]]:
    """A row for each file of a scene, by the names of a sheet's columns.

    Parameters
    ----------
    scene, polarization : whose files they are.
    folder : of the sheet.
    values : what the config says that the stack's values are.
    direction : of the pass where the file does not tell it, from what its heading is from.

    Returns
    -------
    Text by column; "" where nothing is known. ``values`` are those of the sheet or the config
    alone, as the file itself has the first word on all else.
    """
    found = [_row(source, scene.name, polarization, folder, values) for source in scene.sources]
    return [row | {"direction": row["direction"] or direction or ""} for row in found]


def _row(source: Source, scene: str, polarization: str, folder: str, values: str) -> dict[str, str]:
    said = source.as_opened(values)["values"]
    return {
        "path": seen_from(source.path, folder),
        # Of a date alone a sheet takes the time of day from the name, if it has one.
        "time": source.time.isoformat() + "Z" if source.dated else source.time.date().isoformat(),
        "scene": scene,
        "platform": source.platform or "",
        "polarization": polarization,
        "track": str(source.track or ""),
        "direction": source.direction or "",
        "burst": source.burst or "",
        "band": str(source.band or ""),
        "values": "" if said == "auto" else said,
    }


def left_out(entries, polarization: str, folder: str) -> list[dict[str, str]]:
    """A row for each file that is no scene, with the ``reason``.

    Parameters
    ----------
    entries : each with ``file``, ``reason`` and ``scene``, None where none is known.
    folder : of the sheet.
    """
    return [
        {
            "path": seen_from(entry["file"], folder),
            "time": _moment(entry["scene"]),
            "scene": entry["scene"] or "",
            "polarization": polarization,
            "reason": " ".join(entry["reason"].split()),
        }
        for entry in entries
    ]


def _moment(scene: str | None) -> str:
    return names.parse_time(scene).isoformat() + "Z" if scene else ""


def names_for(scene: Scene, ending: str) -> list[str]:
    """A name of its own for what is made of each file of a scene: that of the file, if it has one.

    Parameters
    ----------
    ending : of the names, with its dot.
    """
    stems = [_plain(os.path.splitext(base_name(source.path))[0]) for source in scene.sources]
    count = Counter(stems)
    return [
        f"{stem if count[stem] == 1 else f'{number}_{stem}'}{ending}"
        for number, stem in enumerate(stems, 1)
    ]


def _plain(stem: str) -> str:
    """A name without what Snakemake, a shell or a file system would stumble over."""
    return re.sub(r"[^\w.+=@-]", "_", stem) or "scene"

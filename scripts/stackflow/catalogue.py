"""Find the scenes of a stack on disk: in a directory by pattern, or in a scene sheet.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import csv
import glob
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from stackshift.errors import InputError
from stackshift.ground import names

DEFAULT_PATTERN = "**/*_{polarization}.tif"


@dataclass(frozen=True)
class Scene:
    """One acquisition: its name in the workflow, the file it comes from, and its platform."""

    name: str
    path: str
    platform: str | None


def find(stack: str, settings: dict, polarization: str) -> dict[str, Scene]:
    """The scenes of one stack and polarization by name, newest first.

    Parameters
    ----------
    stack : name of the stack, for messages.
    settings : the stack's entry in the config: ``directory`` and ``pattern``, or ``scenes``.
    polarization : VV, VH, HH or HV.

    Raises
    ------
    InputError
        No scene, a single one, two with one acquisition time, several bursts, or a name that
        does not tell its acquisition time.
    """
    where = f"stack '{stack}', {polarization}"
    if "scenes" in settings:
        found = _in_sheet(where, Path(settings["scenes"]), polarization)
    else:
        found = _in_directory(
            where, settings["directory"], settings.get("pattern", DEFAULT_PATTERN), polarization
        )
    scenes: dict[str, Scene] = {}
    for scene in found:
        if scene.name in scenes:
            raise InputError(
                f"{where}: two scenes have the acquisition time {scene.name}: "
                f"{scenes[scene.name].path} and {scene.path}; keep one of them, by a narrower "
                "'pattern' or a scene sheet"
            )
        scenes[scene.name] = scene
    paths = [scene.path for scene in found]
    if repeated := sorted({path for path in paths if paths.count(path) > 1}):
        raise InputError(f"{where}: {repeated[0]} is listed more than once; name each file once")
    if odd := [path for path in paths if "{" in path or "}" in path]:
        raise InputError(f"{where}: {odd[0]} holds {{ or }}, which Snakemake fills in; rename it")
    if len(scenes) == 1:
        raise InputError(
            f"{where}: only one scene ({found[0].path}); a stack needs at least two to compare"
        )
    bursts = sorted({b for s in found if (b := names.burst(Path(s.path).name))})
    if len(bursts) > 1:
        raise InputError(
            f"{where}: {len(bursts)} different OPERA bursts ({', '.join(bursts[:3])}...); make a "
            f"stack of each, with pattern: '**/*{bursts[0]}*_{{polarization}}.tif'"
        )
    return {name: scenes[name] for name in sorted(scenes, reverse=True)}


def is_remote(path: str) -> bool:
    """Whether GDAL reads a scene over the network, so that there is no file to look for.

    An address (https://, s3://, gs://, az://) or one of GDAL's virtual file systems (/vsicurl/).
    """
    return "://" in path or path.startswith("/vsi")


def stamp(path: str) -> list[int] | None:
    """Size and time stamp of a file, which tell that it was replaced; None for an address."""
    if is_remote(path):
        return None
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns]


def check_apart(stack: str, found: list[dict[str, Scene]]) -> None:
    """Refuse one file for two polarizations of a stack, as a sheet without a placeholder gives.

    Parameters
    ----------
    stack : name of the stack, for the message.
    found : the scenes of each polarization.

    Raises
    ------
    InputError
        With the file.
    """
    seen: set[str] = set()
    for scenes in found:
        paths = {scene.path for scene in scenes.values()}
        if shared := sorted(seen & paths):
            raise InputError(
                f"stack '{stack}': {shared[0]} stands for two polarizations; write "
                "{polarization} in the paths of the sheet or in 'pattern'"
            )
        seen |= paths


def simulated(stack: str, settings: dict, polarization: str) -> dict[str, Scene]:
    """The scenes of a simulated stack by name, newest first, with names as HyP3 gives them."""
    start = names.parse_time(settings["start"])
    scenes = {}
    for i in reversed(range(settings["scenes"])):
        try:
            name = names.scene_id(start + timedelta(days=i * settings["days"]))
        except OverflowError:
            raise InputError(
                f"stack '{stack}': simulate.days: {settings['days']} days from scene to scene "
                "leave the calendar; give fewer"
            ) from None
        product = f"S1A_IW_{name}_DVP_RTC30_G_gpuned_{i:04X}_{polarization}.tif"
        scenes[name] = Scene(name, f"results/{stack}/simulated/{product}", "S1A")
    return scenes


def any_case(pattern: str) -> str:
    """A glob pattern whose letters match in upper and lower case; [classes] stay as they are."""
    parts = re.split(r"(\[[^\]]*\])", pattern)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(
            r"[^\W\d_]", lambda m: f"[{m[0].lower()}{m[0].upper()}]", parts[i], flags=re.ASCII
        )
    return "".join(parts)


def _in_directory(where: str, directory: str, pattern: str, polarization: str) -> list[Scene]:
    root = Path(directory)
    if not root.is_dir():
        raise InputError(f"{where}: the directory {directory} does not exist; correct 'directory'")
    pattern = pattern.replace("{polarization}", polarization)
    patterns = [pattern]
    if pattern.lower().endswith(".tif"):
        patterns.append(pattern + "f")
    # The pattern is relative to the directory, whose own name may hold glob characters.
    matches = {
        hit
        for p in patterns
        for hit in glob.glob(any_case(p), root_dir=root, recursive=True)
        if (root / hit).is_file()
    }
    if not matches:
        raise InputError(
            f"{where}: no file in {directory} matches '{pattern}'; correct 'directory', 'pattern' "
            "or 'polarizations'"
        )
    return [_from_name(where, str(root / hit)) for hit in sorted(matches)]


def _from_name(where: str, path: str) -> Scene:
    name = Path(path).name
    time = names.acquisition_start(name)
    if time is None:
        raise InputError(
            f"{where}: the name of {path} holds no acquisition time (YYYYMMDDTHHMMSS); "
            "list it in a scene sheet with the columns path and datetime"
        )
    return Scene(names.scene_id(time), path, names.platform(name))


def _in_sheet(where: str, sheet: Path, polarization: str) -> list[Scene]:
    if not sheet.is_file():
        raise InputError(f"{where}: the scene sheet {sheet} does not exist; correct 'scenes'")
    try:
        with open(sheet, newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines, delimiter="\t")
            rows = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError:
        raise InputError(
            f"{where}: the scene sheet {sheet} is not UTF-8; save it in this encoding"
        ) from None
    if not rows or not {"path", "datetime"} <= set(rows[0][1]):
        raise InputError(
            f"{where}: the scene sheet {sheet} needs the tab-separated columns path and datetime "
            "and at least one row"
        )
    scenes = []
    for number, row in rows:
        if not row["path"] or not row["datetime"]:
            raise InputError(f"{where}: {sheet}, line {number}: path or datetime is empty")
        path = row["path"].replace("{polarization}", polarization)
        if not is_remote(path):
            # A sheet moves together with its scenes, so its paths are relative to it.
            path = str(sheet.parent / path)
            if not Path(path).is_file():
                raise InputError(f"{where}: {sheet}, line {number}: the file {path} does not exist")
        try:
            time = names.parse_time(row["datetime"])
        except InputError as error:
            raise InputError(f"{where}: {sheet}, line {number}: {error}") from None
        scenes.append(Scene(names.scene_id(time), path, names.platform(Path(path).name)))
    return scenes

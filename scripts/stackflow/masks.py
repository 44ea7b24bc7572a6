"""What a stack's scenes are masked with: which pixels are no data for matching and statistics.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from stackflow import archives, headers, layers
from stackflow.sources import archive_of, base_name
from stackflow.stacks import Product
from stackshift.errors import InputError

WORDS = ("layover", "shadow")
_VECTOR = re.compile(r"\.(gpkg|geojson|json|shp|fgb|kml|gml|parquet|sqlite)$", re.IGNORECASE)
_RASTER = re.compile(r"\.(tiff?|vrt|img)$", re.IGNORECASE)
_ARCHIVE = re.compile(r"^(.+?\.zip)(?:/(.+))?$", re.IGNORECASE)
# Bytes of a file of the user's whose content is looked at each time, as of outlines of lakes.
_SMALL = 4_000_000
_SHAPEFILE = (".dbf", ".prj", ".shx", ".cpg")


@dataclass(frozen=True)
class Mask:
    """The parts of a stack's mask, as a job is told them.

    Attributes
    ----------
    everywhere : parts that all scenes have: dictionaries with ``kind`` (mask, layover_shadow,
        raster or vector), ``files``, and what of them is dropped or kept.
    by_scene : further parts of each scene.
    """

    everywhere: list[dict] = field(default_factory=list)
    by_scene: dict[str, list[dict]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.by_scene)

    @property
    def per_scene(self) -> bool:
        """Whether each scene has its own."""
        return bool(self.by_scene)

    def of(self, scene: str | None) -> list[dict]:
        """The parts of a scene's mask, or those of the stack's."""
        return [*self.everywhere, *(self.by_scene.get(scene or "") or [])]

    @property
    def told(self) -> str:
        """What it is made of, in a few words."""
        one = next(iter(self.by_scene), None)
        parts = self.of(one)
        said = [
            f"{' and '.join(part['what'])} of {base_name(part['files'][0])}"
            if "what" in part
            else base_name(part["files"][0])
            for part in parts
        ]
        return ", ".join(said) + (" (and those of the other scenes)" if one else "")

    def path(self, scene: str) -> str:
        """Where the mask of a scene lies below the folder of the product."""
        return f"layers/masked/{scene}.tif" if self.per_scene else "layers/masked.tif"

    def written(self, scene: str | None) -> list:
        """What tells of each file that it was replaced; see `stamp_of`."""
        return [stamp for part in self.of(scene) for stamp in stamps_of(part)]


def find(settings: dict, product: Product, stack: str) -> Mask:
    """The mask of a stack; an empty one where nothing is masked.

    Parameters
    ----------
    settings : the stack's entry in the config: ``masks``, which without a value are layover and
        shadow if ``layers`` names a layer of them.
    product, stack : as for `layers.find`.

    Raises
    ------
    InputError
        In one line: no layer of layover and shadow, a file that is not there or no mask.
    """
    wanted = settings.get("masks")
    named = [name for name in layers.CLASSES if (settings.get("layers") or {}).get(name)]
    if settings.get("simulate", {}).get("steepness"):
        named = list(layers.CLASSES[:1])
    if wanted is None:
        wanted = list(WORDS) if named else []
    words = [entry for entry in wanted if isinstance(entry, str)]
    everywhere: list[dict] = []
    by_scene: dict[str, list[dict]] = {scene: [] for scene in product.scenes}
    if words:
        found = [layers.find(name, settings, product, stack) for name in named or layers.CLASSES]
        classes = [layer for layer in found if layer]
        if not classes:
            raise InputError(
                f"stack '{stack}', masks: {words[0]} needs a layer 'mask' (OPERA) or "
                "'layover_shadow' (HyP3): name it under 'layers:', or put it beside the scenes"
            )
        for layer in classes:
            what = {"kind": layer.name, "what": words}
            if not layer.per_scene:
                everywhere.append(what | {"files": list(layer.files)})
            for scene, files in layer.by_scene.items():
                by_scene[scene].append(what | {"files": list(files)})
    for entry in wanted:
        if not isinstance(entry, str):
            everywhere.append(_own(entry, product, stack))
    return Mask(everywhere, by_scene if any(by_scene.values()) else {})


def _own(entry: dict, product: Product, stack: str) -> dict:
    """A raster or vector file of the user's."""
    path, where = entry["path"], f"stack '{stack}', masks"
    drop, keep = entry.get("drop"), entry.get("keep")
    if drop is not None and keep is not None:
        raise InputError(f"{where}: {path}: 'drop' or 'keep', not both")
    path = _opened(path, where)
    listed = {"drop": drop, "keep": keep}
    if drop is None and keep is None:
        listed["drop"] = "inside"
    # The empty list stands for all that is inside.
    listed = {key: [] if value == "inside" else value for key, value in listed.items()}
    if _VECTOR.search(path):
        if listed["drop"] or listed["keep"]:
            raise InputError(
                f"{where}: {path} has polygons and no classes: 'drop: inside' or 'keep: inside'"
            )
        part = {"kind": "vector", "files": [path], "layer": entry.get("layer")}
        return part | {"keep": listed["keep"] is not None}
    if entry.get("layer"):
        raise InputError(f"{where}: {path} is a raster, which has no 'layer'; leave it out")
    layers.check(layers.Layer("masked", (path,)), product, where)
    return {"kind": "raster", "files": [path], **listed}


def _opened(path: str, where: str) -> str:
    """A path as GDAL opens it: of an archive the file in it, the one if it holds one.

    Raises
    ------
    InputError
        For what is not there, and for an archive of several.
    """
    outer = _ARCHIVE.match(path)
    if path.startswith("/vsi") or "://" in path or outer is None:
        at = archive_of(path) or path
        if not os.path.exists(at) and not path.startswith("/vsi") and "://" not in path:
            raise InputError(f"{where}: {path} is not there; correct its path")
        return path
    archive, inside = outer.groups()
    try:
        members = [member.name for member in archives.members(archive)]
    except FileNotFoundError:
        raise InputError(f"{where}: {archive} is not there; correct its path") from None
    except InputError as error:
        raise InputError(f"{where}: {archive} {error}") from None
    found = [inside] if inside else [name for name in members if _VECTOR.search(name)]
    found = found or [name for name in members if _RASTER.search(name)]
    if len(found) != 1 or found[0] not in members:
        listed = ", ".join((found if len(found) > 1 else members)[:5]) or "nothing"
        raise InputError(f"{where}: {archive} holds {listed}; say which: {archive}/NAME")
    return f"/vsizip/{archive}/{found[0]}"


def stamps_of(part: dict, but=lambda path: False) -> list:
    """What tells of each file of a part that it was replaced; but of those that are left out.

    Producers' layers, of which each scene may have its own, by size and time stamp as scenes.
    """
    own = part["kind"] in ("vector", "raster")
    files = [path for path in part["files"] if not but(path)]
    return [stamp_of(path) if own else headers.stamp_of(path) for path in files]


def stamp_of(path: str) -> list | None:
    """What tells that a file was replaced: the content of a small one, else size and time stamp.

    Of a shapefile that of what lies beside it too; of a file in an archive that of the archive.
    """
    at = archive_of(path) or path
    stem, ending = os.path.splitext(path)
    names = [at]
    if at == path and ending.lower() == ".shp":
        names += [stem + end for end in _SHAPEFILE]
    stamps = [_stamp(name) for name in names]
    return None if stamps[0] is None else [part for part in stamps if part]


def _stamp(path: str) -> list | None:
    try:
        if os.path.getsize(path) <= _SMALL:
            return ["content", hashlib.sha256(Path(path).read_bytes()).hexdigest()]
    except OSError:
        pass
    return headers.stamp_of(path)

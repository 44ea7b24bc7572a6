"""The layers of a stack: area, angles, DEM and masks that lie beside its scenes or are named.

Only the standard library, since the Snakefile imports this each time it is parsed. Nothing is
looked for unless something asks for the layer, so a stack that uses none costs nothing.

OPERA: product specification of RTC-S1 and RTC-S1-STATIC, JPL D-108758, a set for each burst; HyP3:
https://hyp3-docs.asf.alaska.edu/guides/rtc_product_guide/, a set for each scene.
"""

import glob
import os
import re
from dataclasses import dataclass, field, replace

from stackflow import coverings, grids, headers
from stackflow.neighbours import neighbour, stem_of
from stackflow.sources import archive_of, base_name, is_remote, parts_of
from stackflow.stacks import Product
from stackshift.errors import InputError
from stackshift.ground import names

# What the producers' names of a layer end with, the one that is taken first first. HyP3's inc_map
# is the angle to the normal of the terrain, as OPERA's local one.
ENDINGS = {
    "area": ("rtc_anf_gamma0_to_beta0", "area"),
    "incidence": ("incidence_angle", "inc_map_ell"),
    "local_incidence": ("local_incidence_angle", "inc_map"),
    "dem": ("dem",),
    "mask": ("mask",),
    "layover_shadow": ("ls_map",),
    "land_cover": ("land_cover", "landcover"),
}
NAMES = tuple(ENDINGS)
# Classes, which have no values in between.
CLASSES = ("mask", "layover_shadow")
# An image that scenes are aligned with is brought onto the grid as layers are.
REFERENCE = "reference"
# Longer ones first, as local_incidence_angle ends with incidence_angle.
_BY_ENDING = sorted(
    ((ending, name) for name, endings in ENDINGS.items() for ending in endings),
    key=lambda pair: -len(pair[0]),
)


@dataclass(frozen=True)
class Layer:
    """A layer of one stack and polarization.

    Attributes
    ----------
    name : one of `NAMES`, or what else is brought onto the grid the same way.
    files : of all scenes, to be laid over each other, the first first.
    by_scene : those of each scene, where each has its own; then ``files`` is empty.
    named : whether the config names it; else it was found beside the scenes.
    """

    name: str
    files: tuple[str, ...] = ()
    by_scene: dict[str, tuple[str, ...]] = field(default_factory=dict)
    named: bool = False

    def of(self, scene: str | None = None) -> tuple[str, ...]:
        """The files of a scene, or those of the stack."""
        return self.by_scene[scene] if scene and self.by_scene else self.files

    @property
    def per_scene(self) -> bool:
        """Whether each scene has its own."""
        return bool(self.by_scene)

    @property
    def told(self) -> str:
        """Which files it is, in a few words."""
        first = self.files or next(iter(self.by_scene.values()))
        count = len(self.by_scene) or len(self.files)
        more = f" and {count - 1} more" if count > 1 else ""
        return base_name(first[0]) + more + ("" if self.named else ", found beside the scenes")

    def path(self, scene: str) -> str:
        """Where the layer that belongs to a scene lies below the folder of the product."""
        return f"layers/{self.name}/{scene}.tif" if self.per_scene else f"layers/{self.name}.tif"


def find(name: str, settings: dict, product: Product, stack: str) -> Layer | None:
    """A layer of a stack, None where there is none.

    Parameters
    ----------
    name : one of `NAMES`.
    settings : the stack's entry in the config; ``layers`` in it goes before what lies beside.
    product : scenes and grid.
    stack : its name, for messages.

    Raises
    ------
    InputError
        In one line: a path or pattern without a file, a scene without its own, a header that
        cannot be used, files that do not reach the grid.
    """
    if "simulate" in settings:
        return _made(name, settings["simulate"], stack)
    where = f"stack '{stack}', layer {name}"
    given = (settings.get("layers") or {}).get(name)
    layer: Layer | None
    if given:
        patterns = [given] if isinstance(given, str) else list(given)
        files = [path for pattern in patterns for path in _expanded(pattern, name, where)]
        layer = _assigned(name, list(dict.fromkeys(files)), product, where)
    else:
        layer = _beside_newest(name, product) if name == "incidence" else _beside(name, product)
    if layer is None:
        return None
    missing = [scene for scene in product.scenes if layer.per_scene and scene not in layer.by_scene]
    if missing:
        raise InputError(
            f"{where}: {len(missing)} of {len(product.scenes)} scenes have none, the first "
            f"{missing[0]} ({product.scenes[missing[0]].paths[0]}); put it beside the scene, name "
            f"one for the stack ('layers: {{{name}: PATH}}'), or exclude the scene"
        )
    return check(layer, product, where)


def check_named(settings: dict, stack: str) -> None:
    """Refuse layers that the config names and that are not there, whether or not they are used.

    Raises
    ------
    InputError
        In one line, with the layer; and for layers of a simulated stack, which makes its own.
    """
    given = {name: value for name, value in (settings.get("layers") or {}).items() if value}
    if given and "simulate" in settings:
        made = "makes its own" if settings["simulate"].get("steepness") else "has none"
        raise InputError(
            f"stack '{stack}', layers: a simulated stack {made} ('simulate: {{steepness: 0.35}}' "
            f"makes mountains and all layers); leave out 'layers: {{{', '.join(sorted(given))}}}'"
        )
    for name, value in given.items():
        for pattern in [value] if isinstance(value, str) else value:
            _expanded(pattern, name, f"stack '{stack}', layer {name}")


def _made(name: str, simulated: dict, stack: str) -> Layer | None:
    """A layer that the workflow makes itself, of simulated mountains."""
    if not simulated.get("steepness") or name == "land_cover":
        return None
    return Layer(name, files=(f"results/{stack}/simulated/layers/{name}.tif",), named=True)


def check(layer: Layer, product: Product, where: str) -> Layer:
    """The layer without files that do not reach the grid.

    Raises
    ------
    InputError
        For a header that cannot be used, and where no file of a scene or the stack is left.
    """
    every = list(dict.fromkeys(file for part in _parts(layer).values() for file in part))
    # A template has its mean in the first of its bands.
    band = 1 if layer.name == REFERENCE else None
    found = headers.read([(path, band) for path in every])
    if bad := [found[path, band]["problem"] for path in every if "problem" in found[path, band]]:
        raise InputError(f"{where}: {bad[0]}")
    boxes = grids.boxes_in(product.grid.crs, [(path, band) for path in every], found)
    bounds = product.grid.bounds
    inside = {
        path for path, box in zip(every, boxes, strict=True) if grids.overlap(box, tuple(bounds))
    }
    left = {
        key: tuple(path for path in part if path in inside) for key, part in _parts(layer).items()
    }
    for key, part in left.items():
        if not part:
            first = _parts(layer)[key][0]
            raise InputError(
                f"{where}: {first} lies outside the grid of the stack; name the one of this place"
            )
    if layer.name == "area":
        coverings.check_detail(sorted(inside), product.grid, where)
    if layer.per_scene:
        return replace(layer, by_scene=left)
    return replace(layer, files=left[""])


def _parts(layer: Layer) -> dict[str, tuple[str, ...]]:
    return layer.by_scene or {"": layer.files}


def image(path: str, product: Product) -> Layer:
    """A raster that scenes are aligned with, as a layer.

    Raises
    ------
    InputError
        If it is not there, cannot be used or lies elsewhere.
    """
    if not os.path.isfile(path) and not is_remote(path) and not archive_of(path):
        raise InputError(
            f"align.reference: {path} is not there; give stack, dem, a scene (YYYYMMDDTHHMMSS) or "
            "the path of a raster"
        )
    return check(Layer(REFERENCE, (path,), named=True), product, "align.reference")


def layer_named(path: str) -> str | None:
    """Which layer a file is by the producers' names, None of any other file.

    Examples
    --------
    >>> layer_named("OPERA_L2_RTC-S1-STATIC_T137-292319-IW2_20140403_S1A_30_v1.0_mask.tif")
    'mask'
    >>> layer_named("S1A_IW_20220115T134101_DVP_RTC30_G_gpuned_9C01_inc_map.tif")
    'local_incidence'
    """
    stem = names.TIFF.sub("", base_name(path)).lower()
    for ending, name in _BY_ENDING:
        if stem == ending or stem.endswith((f"_{ending}", f"-{ending}")):
            return name
    return None


def _expanded(pattern: str, name: str, where: str) -> list[str]:
    """The files that a path or pattern stands for."""
    if is_remote(pattern) or archive_of(pattern):
        return [pattern]
    wild = re.sub(r"\{\w+\}", "*", pattern)
    if os.path.isdir(wild):
        found = sorted(
            os.path.join(folder, file)
            for folder, _, files in os.walk(wild)
            for file in files
            if names.TIFF.search(file) and layer_named(file) == name
        )
    else:
        found = sorted(path for path in glob.glob(wild, recursive=True) if os.path.isfile(path))
        if len(found) > 1 or wild != pattern or glob.has_magic(pattern):
            # *_incidence_angle.tif matches those of local_incidence_angle too.
            found = [path for path in found if layer_named(path) in (name, None)]
    if not found:
        what = "holds no file of it" if os.path.isdir(wild) else "matches no file"
        raise InputError(f"{where}: '{pattern}' {what}; correct 'layers: {{{name}: ...}}'")
    return found


def _assigned(name: str, files: list[str], product: Product, where: str) -> Layer:
    """Named files as a layer of the stack, or of each scene where they belong to scenes."""
    by_scene: dict[str, list[str]] = {}
    stems = _stems(product)
    for path in files:
        for scene in sorted(_owners(path, stems, product)):
            by_scene.setdefault(scene, []).append(path)
    if by_scene and (len(files) > 1 or len(product.scenes) == 1):
        order = list(stems)
        found = {
            scene: tuple(sorted(part, key=lambda path: _rank(path, order)))
            for scene, part in by_scene.items()
        }
        return Layer(name, by_scene=found, named=True)
    told = {path: names.tell(parts_of(path)) for path in files}
    dated = [path for path in files if told[path].time and told[path].dated]
    if len(dated) > 1:
        raise InputError(
            f"{where}: {len(files)} files of single acquisitions, the first {files[0]}, belong to "
            "no scene of the stack; name one for the stack"
        )
    return Layer(name, files=tuple(_of_the_place(files, told, product)), named=True)


def _of_the_place(files: list[str], told: dict[str, names.Told], product: Product) -> list[str]:
    """Static layers of the stack's own bursts or track, where names tell; else all."""
    sources = [source for scene in product.scenes.values() for source in scene.sources]
    for key in ("burst", "track"):
        own = list(dict.fromkeys(getattr(source, key) for source in sources))
        same = [path for path in files if (said := getattr(told[path], key)) and said in own]
        if same:
            # Laid over each other in the order in which the scenes' own files are.
            return sorted(same, key=lambda path: own.index(getattr(told[path], key)))
    return files


def _stems(product: Product) -> dict[str, str]:
    """The scene of each file by the file's name without polarization and ending."""
    return {
        stem: scene.name
        for scene in product.scenes.values()
        for source in scene.sources
        if (stem := stem_of(source))
    }


def _owners(path: str, stems: dict[str, str], product: Product) -> set[str]:
    """The scenes that a layer's file belongs to: by the name that it shares, else by its time."""
    name = base_name(path)
    owners = {scene for stem, scene in stems.items() if name.startswith((f"{stem}_", f"{stem}-"))}
    if owners:
        return owners
    told = names.tell(parts_of(path))
    if not (told.time and told.dated):
        return set()
    return {
        scene.name
        for scene in product.scenes.values()
        for source in scene.sources
        if source.time == told.time
    }


def _rank(path: str, order: list[str]) -> int:
    """Which of the scenes' files a layer's file goes with, in the order of those."""
    own = base_name(path)
    return next((i for i, stem in enumerate(order) if own.startswith(stem)), len(order))


def _beside(name: str, product: Product) -> Layer | None:
    """What lies beside the scenes by the producers' names; None where no scene has it."""
    by_scene = {}
    for scene in product.scenes.values():
        found = [path for source in scene.sources if (path := neighbour(source, ENDINGS[name]))]
        if len(found) == len(scene.sources):
            by_scene[scene.name] = tuple(found)
        elif not by_scene:
            # Looked for beside the first scenes alone, as all are of one product.
            return None
    return Layer(name, by_scene=by_scene) if by_scene else None


def _beside_newest(name: str, product: Product) -> Layer | None:
    """The same of the newest scene for all, as it hardly differs along a track."""
    newest = next(iter(product.scenes.values()))
    found = _beside(name, replace(product, scenes={newest.name: newest}))
    return Layer(name, found.by_scene[newest.name]) if found else None


def beside_all(name: str, product: Product) -> bool:
    """Whether a layer lies beside every scene by the producers' names; no header is read."""
    layer = _beside(name, product)
    return layer is not None and len(layer.by_scene) == len(product.scenes)

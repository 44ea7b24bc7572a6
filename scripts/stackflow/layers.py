"""The layers of a stack: area, angles, DEM and masks that lie beside its scenes or are named.

Only the standard library, since the Snakefile imports this each time it is parsed. Nothing is
looked for unless something asks for the layer, so a stack that uses none costs nothing.
"""

import os
from dataclasses import dataclass, field, replace

from stackflow import coverings, grids, headers, layer_files
from stackflow.neighbours import neighbour
from stackflow.sources import archive_of, base_name, is_remote, parts_of
from stackflow.stacks import Product
from stackshift.errors import InputError
from stackshift.ground import names

# Classes, which have no values in between.
CLASSES = ("mask", "layover_shadow")
# An image that scenes are aligned with is brought onto the grid as layers are.
REFERENCE = "reference"
NAMES = tuple(layer_files.ENDINGS)


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
        files = [
            path for pattern in patterns for path in layer_files.expanded(pattern, name, where)
        ]
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
            layer_files.expanded(pattern, name, f"stack '{stack}', layer {name}")


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


def _assigned(name: str, files: list[str], product: Product, where: str) -> Layer:
    """Named files as a layer of the stack, or of each scene where they belong to scenes."""
    by_scene: dict[str, list[str]] = {}
    stems = layer_files.stems(product)
    for path in files:
        for scene in sorted(layer_files.owners(path, stems, product)):
            by_scene.setdefault(scene, []).append(path)
    if by_scene and (len(files) > 1 or len(product.scenes) == 1):
        order = list(stems)
        found = {
            scene: tuple(sorted(part, key=lambda path: layer_files.rank(path, order)))
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
    return Layer(name, files=tuple(layer_files.of_the_place(files, told, product)), named=True)


def _beside(name: str, product: Product) -> Layer | None:
    """What lies beside the scenes by the producers' names; None where no scene has it."""
    by_scene = {}
    for scene in product.scenes.values():
        found = [
            path
            for source in scene.sources
            if (path := neighbour(source, layer_files.ENDINGS[name]))
        ]
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

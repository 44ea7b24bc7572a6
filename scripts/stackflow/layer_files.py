"""Which layer a file is by its name, and which scenes or place it belongs to.

Only the standard library, since the Snakefile imports this each time it is parsed.

OPERA: product specification of RTC-S1 and RTC-S1-STATIC, JPL D-108758, a set for each burst; HyP3:
https://hyp3-docs.asf.alaska.edu/guides/rtc_product_guide/, a set for each scene.
"""

import glob
import os
import re

from stackflow.neighbours import stem_of
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
# Longer ones first, as local_incidence_angle ends with incidence_angle.
_BY_ENDING = sorted(
    ((ending, name) for name, endings in ENDINGS.items() for ending in endings),
    key=lambda pair: -len(pair[0]),
)


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


def expanded(pattern: str, name: str, where: str) -> list[str]:
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


def of_the_place(files: list[str], told: dict[str, names.Told], product: Product) -> list[str]:
    """Static layers of the stack's own bursts or track, where names tell; else all."""
    sources = [source for scene in product.scenes.values() for source in scene.sources]
    for key in ("burst", "track"):
        own = list(dict.fromkeys(getattr(source, key) for source in sources))
        same = [path for path in files if (said := getattr(told[path], key)) and said in own]
        if same:
            # Laid over each other in the order in which the scenes' own files are.
            return sorted(same, key=lambda path: own.index(getattr(told[path], key)))
    return files


def stems(product: Product) -> dict[str, str]:
    """The scene of each file by the file's name without polarization and ending."""
    return {
        stem: scene.name
        for scene in product.scenes.values()
        for source in scene.sources
        if (stem := stem_of(source))
    }


def owners(path: str, stems: dict[str, str], product: Product) -> set[str]:
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


def rank(path: str, order: list[str]) -> int:
    """Which of the scenes' files a layer's file goes with, in the order of those."""
    own = base_name(path)
    return next((i for i, stem in enumerate(order) if own.startswith(stem)), len(order))

# Layers that go with the scenes, and what scenes are prepared with.
import re
from functools import cache

from snakemake.logging import logger

from stackflow import coverings, headers, layers, offered
from stackflow.sources import base_name


@cache
def layer_of(stack: str, polarization: str, name: str):
    """A layer of a stack and polarization, None where there is none; see `layers.Layer`."""
    root = real(stack)
    product = PRODUCTS[root, polarization]
    try:
        if name == layers.REFERENCE:
            return layers.image(image_of(root, polarization), product)
        return layers.find(name, STACKS[root], product, root)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def layer_file(wildcards, name: str) -> str:
    """The raster, on the grid, of the layer that belongs to the scene of a job."""
    layer = layer_of(wildcards.stack, wildcards.polarization, name)
    folder = f"results/{real(wildcards.stack)}/{wildcards.polarization}"
    return f"{folder}/{layer.path(wildcards.scene)}"


def layer_sources(wildcards) -> list[str]:
    """The files that a job brings onto the grid as a layer."""
    layer = layer_of(wildcards.stack, wildcards.polarization, wildcards.layer)
    scene = wildcards.get("scene")
    if layer is None or layer.per_scene != (scene is not None):
        kind = "of each scene" if scene else "of all scenes"
        raise WorkflowError(
            f"stack '{wildcards.stack}', {wildcards.polarization} has no layer {wildcards.layer} "
            f"{kind}; name it under 'layers:' of the stack"
        )
    return list(layer.of(scene))


def layer_sources_read(wildcards, input) -> list[str]:
    """The same, for what a job's memory and time depend on."""
    return layer_sources(wildcards)


def is_made(path: str) -> bool:
    """Whether the workflow makes a layer itself, of a simulated stack."""
    return re.match(r"results/[^/]+/simulated/layers/", path) is not None


def made_layers(wildcards) -> list[str]:
    """The layers that the workflow makes itself, inputs that Snakemake follows."""
    if "layer" in wildcards.keys():
        return list(filter(is_made, layer_sources(wildcards)))
    return [p for part in mask_parts(wildcards) for p in part["files"] if is_made(p)]


def lying(paths) -> list[str]:
    """Where files lie: those that the workflow makes under the ``prefix`` of a module."""
    return [placed(path) if is_made(path) else path for path in paths]


# Whether the normalisation is undone, and what asks for it.
UNDOES = (
    "align: {reference: dem}"
    if ZERO.kind == "dem"
    else "correlate: {normalisation: undo}"
)
UNDO = config["correlate"]["normalisation"] == "undo" or ZERO.kind == "dem"
if ZERO.kind == "dem" and config["correlate"]["normalisation"] == "keep":
    raise WorkflowError(
        "align.reference: dem matches what the terrain makes of the image, of which 'correlate: "
        "{normalisation: keep}' leaves nothing; say undo, or leave it out"
    )


def area_of(stack: str, polarization: str):
    """The layer that undoes the normalisation of a stack, which has to be there."""
    found = layer_of(stack, polarization, "area")
    if found is None:
        raise WorkflowError(
            f"stack '{stack}', {polarization}: {UNDOES} needs the layer 'area' that gamma0 was divided "
            "by (OPERA's rtc_anf_gamma0_to_beta0, HyP3's area): name it under 'layers:', or put it "
            "beside the scenes"
        )
    return found


def prepared_with(stack: str, polarization: str, scene: str) -> dict[str, str]:
    """The rasters, on the grid, that a scene is prepared with for matching: area, mask."""
    folder, found = f"results/{stack}/{polarization}", {}
    if UNDO:
        found["area"] = f"{folder}/{area_of(stack, polarization).path(scene)}"
    if mask := mask_of(stack, polarization):
        found["mask"] = f"{folder}/{mask.path(scene)}"
    return found


def made_layers_from(stack: str) -> list:
    """What the layers are made from that the workflow makes itself."""
    if not is_simulated(stack):
        return []
    return [STACKS[stack]["simulate"], code_digest("static_layers")]


def layer_from(files) -> list:
    """What a layer on the grid is made from: files as they are now, and code.

    Of files that the workflow makes itself `made_layers_from` tells.
    """
    stamps = [[p, None if is_made(p) else headers.stamp_of(p)] for p in files]
    return [stamps, code_digest("layer")]


def prepared_from(stack: str, polarization: str, scene: str) -> list:
    """All that these layers are made from; nothing if there are none."""
    found = []
    if UNDO:
        found += layer_from(area_of(stack, polarization).of(scene))
    if mask := mask_of(stack, polarization):
        written = mask_written(stack, polarization, scene)
        found += [mask.of(scene), written, code_digest("mask")]
    return found + made_layers_from(stack) if found else []


def reach(layer, stack: str, polarization: str, then: str) -> list[str]:
    """A line on the tiles that a layer of a stack does not reach, if there are such."""
    product = (stack, polarization)
    if layer.per_scene or is_made(layer.files[0]):
        return []
    # A template has its mean in the first of its bands.
    band = 1 if layer.name == layers.REFERENCE else None
    files = [(path, band) for path in layer.files]
    missing = coverings.out_of_reach(files, PRODUCTS[product].grid, TILES[product])
    rows, columns = TILES[product]
    said = f"{base_name(layer.files[0])} does not reach most of {missing} of {rows * columns} tiles, {then}"
    return [said] if missing else []


def prepared_told(stack: str, polarization: str) -> list[str]:
    """What a stack's scenes are prepared and aligned with, where that is not plain."""
    told, product = [], (stack, polarization)
    if UNDO:
        area = area_of(*product)
        told.append(f"undoing the normalisation with {area.told}")
        told += reach(area, *product, "which are measured in part or not at all")
    elif (STACKS[stack].get("layers") or {}).get("area"):
        told.append(
            "the layer area is named and not used ('correlate: {normalisation: undo}' or "
            "'align: {reference: dem}' would use it)"
        )
    if mask := mask_of(*product):
        told.append(f"masking with {mask.told}")
        for part in mask.everywhere:
            if part["kind"] != "vector":
                layer = layers.Layer("masked", tuple(part["files"]), named=True)
                told += reach(layer, *product, "where it masks nothing")
    elif UNDO:
        told.append(
            "layover and shadow are not masked ('masks: [layover, shadow]' of the stack does)"
        )
    if ZERO.absolute:
        layer = layer_of(*product, ALIGNED_WITH[ZERO.kind])
        told.append(f"offsets are from {ZERO.words} ({layer.told}), absolute")
        if layer.name == layers.REFERENCE:
            told += reach(layer, *product, "which are measured in part or not at all")
    return told


@cache
def hints_of(stack: str, polarization: str) -> list[str]:
    """What layers that lie beside the scenes, and that nothing asks for, could be used for."""
    if "@" in stack:
        # Told of the stack that was displaced or corrected.
        return []
    entry, product = STACKS[stack], PRODUCTS[stack, polarization]
    area = not UNDO and config["correlate"]["normalisation"] is None
    return offered.hints(entry, product, area, entry.get("masks") is None)


def layers_prepared_with(wildcards) -> dict[str, list[str]]:
    """The layers that the scenes of a stack are prepared with, by kind, in the order of the scenes."""
    found = [
        prepared_with(wildcards.stack, wildcards.polarization, scene)
        for scene in scenes_of(wildcards)
    ]
    return {key: [one[key] for one in found] for key in found[0]}


def layers_matched_with(wildcards) -> dict[str, str]:
    """The layers that a scene is prepared with: what undoes its normalisation, what masks it.

    Displaced scenes were prepared before they were displaced. Of corrected ones the tags tell how
    far what they were divided by moves with them, and the mask stays.
    """
    if "@" in wildcards.stack and not is_corrected(wildcards.stack):
        return {}
    return prepared_with(real(wildcards.stack), wildcards.polarization, wildcards.scene)


def layers_tiled_with(wildcards) -> dict[str, str]:
    """The same, and the scene as it was before, of which these may take a part."""
    found = layers_matched_with(wildcards)
    scene = "results/{stack}/{polarization}/superset/{scene}.tif"
    return found | {"before": scene.format(**wildcards)} if found else {}


def layers_injected_with(wildcards) -> dict[str, str]:
    """The layers that a scene is prepared with before it is displaced, as they do not move with it."""
    return prepared_with(wildcards.stack, wildcards.polarization, wildcards.scene)


@cache
def incidence_of(root: str, polarization: str):
    """The layer of the incidence angle, None where there is none: that the config names, or the one that lies beside the newest scene."""
    try:
        layer = layer_of(root, polarization, "incidence")
    except WorkflowError as error:
        if (STACKS[root].get("layers") or {}).get("incidence"):
            raise
        # What was not asked for stops nothing.
        if workflow.is_main_process:
            logger.warning(f"{error}: the slant range is not told")
        return None
    return None if is_simulated(root) else layer


def incidences(wildcards) -> dict[str, list[str]]:
    """The rasters of the incidence angle on the grid."""
    root = real(wildcards.stack)
    layer = incidence_of(root, wildcards.polarization)
    if layer is None:
        return {}
    paths = [layer.path(scene) for scene in scenes_of(wildcards)]
    folder = f"results/{root}/{wildcards.polarization}"
    return {"incidence": [f"{folder}/{path}" for path in dict.fromkeys(paths)]}


def incidences_from(stack: str, polarization: str) -> list:
    """What these are made from; nothing if there are none."""
    layer = incidence_of(real(stack), polarization)
    if layer is None:
        return []
    files = [
        path
        for scene in PRODUCTS[real(stack), polarization].scenes
        for path in layer.of(scene)
    ]
    return layer_from(dict.fromkeys(files))


def check_layers() -> None:
    """Refuse layers and masks that are not there, and say what is done with those that are."""
    for stack in dict.fromkeys(stack for stack, _ in PRODUCTS):
        layers.check_named(STACKS[stack], stack)
    hints = [(stack, line) for stack, of in PRODUCTS for line in hints_of(stack, of)]
    # Where the normalisation is undone, the line on how a stack is prepared tells of masks.
    for stack, line in dict.fromkeys([] if UNDO else hints):
        logger.warning(f"stack '{stack}': {line}")
    for product in PRODUCTS:
        if told := prepared_told(*product):
            logger.warning(f"stack '{product[0]}', {product[1]}: {'; '.join(told)}")


# Once a call, as each job reads this again.
if workflow.is_main_process:
    try:
        check_layers()
    except (InputError, WorkflowError) as error:
        # Told here, it is not followed by the lines of the functions that lead to it.
        raise WorkflowError(str(error)) from None

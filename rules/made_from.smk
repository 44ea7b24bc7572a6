# What results are made from: digests that jobs carry among their parameters, and measurements in
# their files.
#
# Snakemake deletes what a job that failed, or was killed, had to make, and makes what is missing
# again only for a job that has to run. What was made from it before has to be out of date by itself.
from functools import cache
from pathlib import Path

from stackshift.stack.pairing import template_members, template_pairs


@cache
def given_from(stack: str) -> str:
    """Digest of what the scenes of a stack are made from that are not the user's files."""
    root, kind = real(stack), stack.partition("@")[2]
    parts = [STACKS[root].get("simulate"), kind]
    if is_simulated(root):
        parts += [code_digest(stage) for stage in ("simulate", "truth")]
    if kind == "corrected":
        parts += [config["correct"], config["requirement"]]
        stages = ("combine", "decide", "correct")
        parts += [code_digest(stage) for stage in stages]
        parts += [located_from(root, own) for own in polarizations_of(root)]
    elif kind:
        parts += [config["inject"], code_digest("inject")]
    return digest_of(parts)


@cache
def superset_from(stack: str, polarization: str, scene: str) -> str:
    """Digest of all that a scene on the grid is made from: its files, code and parameters."""
    root = real(stack)
    product = PRODUCTS[root, polarization]
    here = product.scenes[scene]
    return digest_of(
        [{**file, "path": Path(file["path"]).name} for file in sources(root, here)],
        written(root, [here]),
        here.platform,
        given_from(stack),
        product.grid.record(),
        [config["superset"][key] for key in ("resampling", "nodata", "mosaic")],
        code_digest("superset"),
    )


@cache
def flattened_from(stack: str, polarization: str, scene: str) -> str:
    """Digest of what the stage flatten reads of a scene: it on the grid, and its layers."""
    return digest_of(
        superset_from(stack, polarization, scene),
        *prepared_from(real(stack), polarization, scene),
    )


@cache
def tiled_from(stack: str, polarization: str, scene: str) -> str:
    """Digest of what the stage tile reads of a scene."""
    return digest_of(
        flattened_from(stack, polarization, scene),
        config["flatten"],
        code_digest("flatten"),
    )


@cache
def origin(stack: str, polarization: str, scene: str) -> str:
    """Digest of all that a scene's tiles are made from: its file, code and parameters."""
    return digest_of(
        tiled_from(stack, polarization, scene),
        TILES[real(stack), polarization],
        code_digest("tile"),
    )


@cache
def made_from(stack: str, polarization: str, reference: str, secondary: str) -> str:
    """Digest of all that the measurement of a pair depends on, which it carries."""
    method = config["correlate"]["method"]
    return digest_of(
        [origin(stack, polarization, scene) for scene in (reference, secondary)],
        [method, config["correlate"][method]],
        code_digest("correlate", f"stackshift.tile.{method}"),
    )


@cache
def template_from(stack: str, polarization: str) -> str:
    """Digest of all that a template depends on, which it carries."""
    members = template_members(PRODUCTS[real(stack), polarization].scenes)
    return digest_of(
        [origin(stack, polarization, scene) for scene in members],
        [
            made_from(stack, polarization, *pair)
            for pair in template_pairs(members, pairs_of(stack, polarization))
        ],
        config["correlate"]["coherence"],
        code_digest("template"),
    )


@cache
def aligned_from(stack: str, polarization: str, scene: str) -> str:
    """Digest of all that a scene's offsets depend on, which they carry."""
    if aligned_kind(stack) != "stack":
        layer = layer_of(stack, polarization, ALIGNED_WITH[ZERO.kind])
        image = layer_from(layer.of(scene))
    else:
        image = template_from(stack, polarization)
    return digest_of(
        origin(stack, polarization, scene),
        [aligned_kind(stack), image],
        config["correlate"]["coherence"],
        code_digest("align"),
    )


@cache
def analysed_from(stack: str, polarization: str) -> str:
    """Digest of all pairs that a table of measurements is made from."""
    return digest_of(
        [
            made_from(stack, polarization, *pair)
            for pair in pairs_of(stack, polarization)
        ]
    )


@cache
def located_from(stack: str, polarization: str) -> str:
    """Digest of all that the offsets of the scenes of a stack are made from."""
    return digest_of(
        analysed_from(stack, polarization),
        [
            aligned_from(stack, polarization, scene)
            for scene in PRODUCTS[real(stack), polarization].scenes
        ],
        incidences_from(stack, polarization),
        reference_of(stack),
        [code_digest(stage) for stage in ("analyse", "locate")],
    )

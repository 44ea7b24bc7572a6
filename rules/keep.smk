# Rasters that are dropped after their use, and measurements that then stand without them.
import re
from functools import cache
from pathlib import Path

from stackflow import headers
from stackflow.forced import is_forced
from stackio.files import read_json
from stackshift.stack.pairing import template_members, template_pairs


def kept(stage: str, path):
    """An output of a stage, to be deleted after its use unless ``keep`` names the stage."""
    return path if stage in config["keep"] else temp(path)


def derived_from(stack: str) -> list:
    """What the scenes of a derived stack depend on beside those that they come from."""
    if not (kind := stack.partition("@")[2]):
        return []
    if kind == "corrected":
        return [config["correct"], code_digest("correct"), code_digest("decide")]
    return [config["inject"], code_digest("inject")]


@cache
def origin(stack: str, polarization: str, scene: str) -> str:
    """Digest of all that a scene's tiles are made from: its file, code and parameters."""
    root = real(stack)
    product = PRODUCTS[root, polarization]
    here = product.scenes[scene]
    return digest_of(
        [{**file, "path": Path(file["path"]).name} for file in sources(root, here)],
        written(root, [here]),
        STACKS[root].get("simulate"),
        product.grid.record(),
        [code_digest(stage) for stage in ("superset", "flatten", "tile")],
        [config["superset"][key] for key in ("resampling", "nodata", "mosaic")],
        [config["flatten"], TILES[root, polarization]],
        derived_from(stack),
        *prepared_from(root, polarization, scene),
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


def aligned_from(stack: str, polarization: str, scene: str) -> str:
    """Digest of all that a scene's offsets depend on, which they carry."""
    if aligned_kind(stack) != "stack":
        files = layer_of(stack, polarization, ALIGNED_WITH[ZERO.kind]).of(scene)
        image = [[path, headers.stamp_of(path)] for path in files] + [
            code_digest("layer")
        ]
    else:
        image = template_from(stack, polarization)
    return digest_of(origin(stack, polarization, scene), image, code_digest("align"))


def measured() -> dict[str, list[str]]:
    """What is measured and current where tiles are not kept, by rule.

    Tiles that are made again for a new scene would have Snakemake measure all older pairs again,
    whose tiles are gone too, and so on through the stack. So what is there has no rule: these are
    files like the scenes.
    """
    found = {"correlate": [], "template": [], "align": []}
    if "tiles" in config["keep"] or is_forced():
        return found
    for (stack, polarization), found_there in PRODUCTS.items():
        folder = f"results/{stack}/{polarization}"
        product = (stack, polarization)
        wanted = [
            ("correlate", path, lambda pair=pair: made_from(*product, *pair))
            for path, pair in zip(
                measurements_of(*product), PAIRS[product], strict=True
            )
        ]
        wanted += [
            (
                "template",
                f"{folder}/template/template.json",
                lambda: template_from(*product),
            )
        ]
        wanted += [
            (
                "align",
                f"{folder}/offsets/{scene}.json",
                lambda scene=scene: aligned_from(*product, scene),
            )
            for scene in found_there.scenes
        ]
        for stage, path, digest in wanted:
            file = Path(placed(path))
            there = file.is_file() and (
                stage != "template" or file.with_suffix(".tif").is_file()
            )
            if there and read_json(file).get("made_from") == digest():
                # A template is a picture too.
                found[stage].append(
                    path.removesuffix(".json") if stage == "template" else path
                )
    return found


MEASURED = measured()


def unmeasured(stage: str) -> str:
    """The pattern of stacks, followed by the rest of the path, that a rule still has to make."""
    return (
        "".join(
            rf"(?!{re.escape(path.removeprefix('results/'))})"
            for path in MEASURED[stage]
        )
        + rf"{REAL_STACK}({DERIVED})?"
    )

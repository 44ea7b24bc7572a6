# Rasters that are dropped after their use, and measurements that then stand without them.
import re
from pathlib import Path

from stackflow.forced import is_forced
from stackio.files import read_json


def kept(stage: str, path):
    """An output of a stage, to be deleted after its use unless ``keep`` names the stage."""
    return path if stage in config["keep"] else temp(path)


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

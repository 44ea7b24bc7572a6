# What is said of the stacks before any job runs, and in their inventory.
from snakemake.logging import logger

from stackflow import leftover
from stackflow.forced import is_blind
from stackio.files import read_json


def noticed(wildcards) -> dict:
    """What is to be said of a job's stack besides its scenes."""
    product = product_of(wildcards)
    return {
        "track": product.track,
        "direction": product.direction,
        "left_out": list(product.left_out),
        "remarks": list(product.remarks),
        "prepared": prepared_told(real(wildcards.stack), wildcards.polarization),
    }


def enlarged() -> list[str]:
    """A line for each stack whose grid is another than that of the last run, as all is made anew."""
    lines = []
    for (stack, polarization), product in PRODUCTS.items():
        path = Path(placed(f"results/{stack}/{polarization}/grid.json"))
        if not path.is_file():
            continue
        before, now = read_json(path), product.grid.record()
        if before != now:
            lines.append(
                f"stack '{stack}', {polarization}: the common grid is now {now['width']} x {now['height']} pixels, "
                f"before {before['width']} x {before['height']}: all {len(product.scenes)} scenes are made again; "
                f"to keep it as it was, give the stack 'bounds: {before['bounds']}'"
            )
    return lines


def of_before() -> list[str]:
    """Folders of results that an earlier config made, and this one does not."""
    return leftover.of_before(Path(placed("results")), config["stacks"], PRODUCTS)


# Once a call, as each job reads this again.
if workflow.is_main_process:
    if is_blind():
        logger.warning(
            "--rerun-triggers without params: files of yours that were replaced and settings that changed "
            "are not noticed, as jobs know of them by their params alone; add params"
        )
    for line in (*SAID, *enlarged()):
        logger.warning(line)
    for stack in STACKS:
        if without_reference(stack):
            logger.warning(
                f"stack '{stack}' has no scene {ZERO.scene} (align.reference): its offsets are from its median"
            )
    for (stack, polarization), product in PRODUCTS.items():
        if taken_out := leftover.scenes_before(
            Path(placed("results")), stack, polarization, product.scenes
        ):
            logger.warning(
                f"stack '{stack}', {polarization}: results hold files of scenes that it has no more, "
                f"which enter no table and are used again if they return: {', '.join(taken_out)}"
            )
    for folder in of_before():
        logger.warning(
            f"{folder} is of an earlier run and no part of this one; move it away"
        )

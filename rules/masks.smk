# The masks of stacks.
from functools import cache

from stackflow import masks


@cache
def mask_of(stack: str, polarization: str):
    """The mask of a stack and polarization, empty if there is none; see `masks.Mask`."""
    root = real(stack)
    try:
        return masks.find(STACKS[root], PRODUCTS[root, polarization], root)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def mask_parts(wildcards) -> list[dict]:
    """What a job makes a mask of."""
    found = mask_of(wildcards.stack, wildcards.polarization)
    scene = wildcards.get("scene")
    if not found or found.per_scene != (scene is not None):
        raise WorkflowError(
            f"stack '{wildcards.stack}', {wildcards.polarization} has no mask "
            f"{'of each scene' if scene else 'of all scenes'}; see 'masks:' of the stack"
        )
    return found.of(scene)


def mask_read(wildcards, input) -> list[str]:
    """The files of it, for what a job's memory and time depend on."""
    return [path for part in mask_parts(wildcards) for path in part["files"]]


def mask_written(stack: str, polarization: str, scene: str | None) -> list:
    """What tells that a file of a mask was replaced, of those that the workflow does not make."""
    return [
        stamp
        for part in mask_of(stack, polarization).of(scene)
        for stamp in masks.stamps_of(part, but=is_made)
    ]

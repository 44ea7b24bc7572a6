# What scenes are aligned with.
from stackflow import layers

# The layer that is matched with, by what a scene is aligned with.
ALIGNED_WITH = {"dem": "area", "image": layers.REFERENCE}


def aligned_kind(stack: str) -> str:
    """What a stack's scenes are matched with: the same for a scene as for the stack, whose zero it is.

    Corrected ones lie where the original ones should, and so from the same zero.
    """
    found = ZERO.absolute and (stack == real(stack) or is_corrected(stack))
    return ZERO.kind if found else "stack"


def aligned_with(wildcards) -> dict[str, str]:
    """What a scene is aligned with: the template, the area that the DEM says, or an image."""
    if aligned_kind(wildcards.stack) == "stack":
        folder = f"results/{wildcards.stack}/{wildcards.polarization}/template"
        return {
            "image": f"{folder}/template.tif",
            "report": f"{folder}/template.json",
        }
    return {"image": layer_file(wildcards, ALIGNED_WITH[ZERO.kind])}

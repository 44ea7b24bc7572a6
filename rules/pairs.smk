# Which scenes are compared with which, and make the template.
from stackflow.known import Known
from stackshift.stack.pairing import check_scene, choose, template_members


def choose_pairs() -> dict:
    """The pairs (reference, secondary) by (stack, polarization)."""
    pairs = {}
    for (stack, polarization), product in PRODUCTS.items():
        scenes = product.scenes
        try:
            pairs[stack, polarization] = choose(scenes, config["pairs"])
            if not without_reference(stack):
                check_scene(ZERO.scene, scenes, "align.reference")
        except InputError as error:
            raise InputError(f"stack '{stack}', {polarization}: {error}") from None
    return pairs


try:
    PAIRS = Known(choose_pairs(), "stack and polarization")
except InputError as error:
    raise WorkflowError(str(error)) from None


def pairs_of(stack: str, polarization: str) -> list[tuple[str, str]]:
    """(reference, secondary) of all pairs of a stack and polarization."""
    return PAIRS[real(stack), polarization]


def pairs_together(stack: str) -> list[tuple[str, str]]:
    """The pairs of the scenes that any polarization of a stack has, newest first.

    A polarization that lacks a scene pairs its neighbours with each other, which all scenes do not.
    """
    every = [polarization for name, polarization in PRODUCTS if name == stack]
    scenes = {name for each in every for name in PRODUCTS[stack, each].scenes}
    try:
        return choose(scenes, config["pairs"])
    except InputError:
        # Scenes between leave none that is far enough apart.
        return sorted(
            {tuple(pair) for each in every for pair in pairs_of(stack, each)},
            reverse=True,
        )


def members_of(wildcards) -> list[str]:
    """The scenes that the template of the stack and polarization of a job is made of."""
    return template_members(scenes_of(wildcards))

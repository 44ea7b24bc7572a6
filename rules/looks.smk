# Along range and azimuth: how the scenes were seen.
from stackflow import headings


def check_looks() -> None:
    """Refuse a requirement along range and azimuth of scenes whose headings are not known."""
    if config["requirement"]["shape"] != "range_azimuth":
        return
    for (stack, polarization), product in PRODUCTS.items():
        for name, scene in product.scenes.items():
            if not headings.is_known(headings.told(scene, STACKS[stack])):
                raise InputError(
                    f"stack '{stack}', {polarization}: requirement.shape range_azimuth needs the "
                    f"heading of all scenes, and that of {name} is not known; give the stack a "
                    "'heading:' in degrees"
                )


try:
    check_looks()
except InputError as error:
    raise WorkflowError(str(error)) from None


def seen_by(wildcards) -> dict[str, dict]:
    """What is told of how each scene of a job's stack was seen, by name."""
    settings = STACKS[real(wildcards.stack)]
    return {
        name: headings.told(scene, settings)
        for name, scene in scenes_of(wildcards).items()
    }


def has_looks(stack: str, polarization: str) -> bool:
    """Whether the heading of a scene of a stack and polarization is known."""
    scenes = PRODUCTS[real(stack), polarization].scenes.values()
    return any(
        headings.is_known(headings.told(scene, STACKS[stack])) for scene in scenes
    )

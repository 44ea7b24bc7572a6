# What the config reads of the results of its own stacks: sheets, layers, images. They are read when
# the Snakefile is, and so as they were before this call.
from stackflow import headers
from stackflow.results import within


def owner_of(path: str) -> str | None:
    """The stack of this config below whose results a path lies, None of a file that is the user's."""
    inside = within(path, placed("results")) or ""
    stack = real(inside.partition("/")[0])
    return stack if stack in STACKS else None


def read_by(settings: dict) -> list[str]:
    """The paths that an entry of the config names."""
    named = [settings.get("directory"), settings.get("scenes")]
    named += (settings.get("layers") or {}).values()
    named += [
        mask["path"] for mask in settings.get("masks") or [] if isinstance(mask, dict)
    ]
    return [
        path
        for each in filter(None, named)
        for path in ([each] if isinstance(each, str) else each)
    ]


def image_of(stack: str, polarization: str) -> str:
    """The raster that the scenes of a stack are aligned with, if `align: reference` names one."""
    path = ZERO.name.replace("{stack}", stack)
    return path.replace("{polarization}", polarization)


def read_of_own() -> list[tuple[str, str, str]]:
    """Each stack that reads a result of a stack of this config, that stack, and the path."""
    read = [(stack, path) for stack in STACKS for path in read_by(STACKS[stack])]
    if ZERO.kind == "image":
        read += [(stack, image_of(stack, of)) for stack, of in PRODUCTS]
    return [(stack, owner_of(path), path) for stack, path in read if owner_of(path)]


def check_image() -> None:
    """Refuse that a stack is aligned with a result of its own, which this call may make anew."""
    for stack, polarization in PRODUCTS if ZERO.kind == "image" else ():
        path = image_of(stack, polarization)
        if owner_of(path) == stack:
            raise WorkflowError(
                f"align.reference: {path} is a result of stack '{stack}' itself; give stack, which is its "
                "template, a scene, or a raster of others"
            )


# Once a call, as each job reads this again.
READ_OF_OWN = {}
if workflow.is_main_process:
    check_image()
    READ_OF_OWN = {row: headers.stamp_of(row[-1]) for row in read_of_own()}


def lagging() -> list[str]:
    """A line for each stack that has read what this call has then made anew."""
    lines = [
        f"{stack} reads results of {owner} ({path}), as they were before this call: call again"
        for (stack, owner, path), stamp in READ_OF_OWN.items()
        if headers.stamp_of(path) != stamp
    ]
    return list(dict.fromkeys(lines))

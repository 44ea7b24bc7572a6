# The files of scenes that jobs open: the user's in place, or made by the workflow.
from stackflow import headers
from stackflow.acquisitions import Scene


def made(stack: str, scenes) -> list[str]:
    """The files of scenes that the workflow makes itself: inputs that Snakemake follows.

    Scenes of the user are no inputs: Snakemake compares time stamps alone, and so takes no notice of
    an older file in a newer one's place, and fails on a file whose time stamp lies in the future.
    """
    if not is_simulated(stack):
        return []
    return [path for scene in scenes for path in scene.paths]


def sources(stack: str, scene: Scene) -> list[dict]:
    """The files of a scene as a job opens them: path, band, and what its values are."""
    files = [
        source.as_opened(STACKS[stack].get("values", "auto"))
        for source in scene.sources
    ]
    if is_simulated(stack):
        return [{**file, "path": placed(file["path"])} for file in files]
    return files


def inputs_of(wildcards) -> list[str]:
    """The files of a job's scene that the workflow makes itself; of a corrected one as corrected."""
    if is_corrected(wildcards.stack):
        return corrected_inputs(wildcards)
    return made(wildcards.stack, [scene_of(wildcards)])


def files_of(wildcards) -> list[dict]:
    """The files of a job's scene as it opens them."""
    if is_corrected(wildcards.stack):
        return corrected_files(wildcards)
    return sources(wildcards.stack, scene_of(wildcards))


def written(stack: str, scenes) -> list:
    """Size and time stamp of each file that the workflow does not make: a parameter of who reads it."""
    if is_simulated(stack) or is_corrected(stack):
        return []
    return [headers.stamp_of(path) for scene in scenes for path in scene.paths]

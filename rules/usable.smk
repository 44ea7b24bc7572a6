# Which scenes can be used, as a sheet that is read back as `scenes:`.
from dataclasses import replace


def listed(stack: str, folder: str) -> list[dict]:
    """A row for each file of a stack in a sheet in a folder, polarization by polarization, oldest first."""
    values = STACKS[stack].get("values", "auto")
    return [
        row
        for polarization in polarizations_of(stack)
        for scene in oldest_first(stack, polarization)
        for row in listing.rows(scene, polarization, placed(folder), values)
    ]


def oldest_first(stack: str, polarization: str) -> list[Scene]:
    """The scenes of a stack, whose files lie where they are opened."""
    scenes = [
        scene for _, scene in sorted(PRODUCTS[stack, polarization].scenes.items())
    ]
    if not is_simulated(stack):
        return scenes
    return [
        replace(
            scene,
            sources=tuple(
                replace(source, path=placed(source.path)) for source in scene.sources
            ),
        )
        for scene in scenes
    ]


def unused(stack: str, folder: str) -> list[dict]:
    """A row for each file of a stack that is no scene, with the reason."""
    return [
        row
        for polarization in polarizations_of(stack)
        for row in listing.left_out(
            PRODUCTS[stack, polarization].left_out, polarization, placed(folder)
        )
    ]


rule usable:
    input:
        scenes=lambda wildcards: best(wildcards.stack, "scenes.csv"),
    output:
        table="results/{stack}/scenes_usable.csv",
    log:
        "logs/{stack}/usable.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        rows=lambda wildcards: listed(wildcards.stack, f"results/{wildcards.stack}"),
        unused=lambda wildcards: unused(wildcards.stack, f"results/{wildcards.stack}"),
        rule=config["usable"],
        requirement={
            key: config["requirement"][key]
            for key in ("metres", "shape", "confidence")
        },
        code=code_digest("usable"),
    message:
        "List which scenes of {wildcards.stack} can be used"
    script:
        "../scripts/usable.py"

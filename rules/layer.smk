# Layers lie on the grid once for a stack, or once a scene, as their producer gives them.
from functools import cache

from stackflow import layers


@cache
def layer_of(stack: str, polarization: str, name: str):
    """A layer of a stack and polarization, None where there is none; see `layers.Layer`."""
    root = real(stack)
    try:
        return layers.find(name, STACKS[root], PRODUCTS[root, polarization], root)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def layer_file(wildcards, name: str) -> str:
    """The raster, on the grid, of the layer that belongs to the scene of a job."""
    layer = layer_of(wildcards.stack, wildcards.polarization, name)
    folder = f"results/{real(wildcards.stack)}/{wildcards.polarization}"
    return f"{folder}/{layer.path(wildcards.scene)}"


def layer_sources(wildcards) -> list[str]:
    """The files that a job brings onto the grid as a layer."""
    layer = layer_of(wildcards.stack, wildcards.polarization, wildcards.layer)
    scene = wildcards.get("scene")
    if layer is None or layer.per_scene != (scene is not None):
        kind = "of each scene" if scene else "of all scenes"
        raise WorkflowError(
            f"stack '{wildcards.stack}', {wildcards.polarization} has no layer {wildcards.layer} "
            f"{kind}; name it under 'layers:' of the stack"
        )
    return list(layer.of(scene))


def layer_sources_read(wildcards, input) -> list[str]:
    """The same, for what a job's memory and time depend on."""
    return layer_sources(wildcards)


rule layer:
    output:
        layer="results/{stack}/{polarization}/layers/{layer}.tif",
    log:
        "logs/{stack}/{polarization}/layer/{layer}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/layer/{layer}.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
        layer="|".join(layers.NAMES),
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3, layer_sources_read),
        runtime=minutes(10, 100, layer_sources_read),
    params:
        files=layer_sources,
        written=lambda wildcards: [
            headers.stamp_of(path) for path in layer_sources(wildcards)
        ],
        grid=grid_of,
        layer="{layer}",
        code=code_digest("layer"),
    message:
        "Bring the layer {wildcards.layer} of {wildcards.stack} {wildcards.polarization} onto the grid"
    script:
        "../scripts/layer.py"


use rule layer as layer_of_scene with:
    output:
        layer=kept(
            "layers", "results/{stack}/{polarization}/layers/{layer}/{scene}.tif"
        ),
    log:
        "logs/{stack}/{polarization}/layer/{layer}/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/layer/{layer}/{scene}.tsv"

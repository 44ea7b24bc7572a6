# What is masked, once for a stack, or once a scene where a scene's own layer says so.
from stackflow import masks

# What asks for the normalisation to be undone, and whether anything does.
UNDOES = "correlate: {normalisation: undo}"
UNDO = config["correlate"]["normalisation"] == "undo"


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


def area_of(stack: str, polarization: str):
    """The layer that undoes the normalisation of a stack, which has to be there."""
    found = layer_of(stack, polarization, "area")
    if found is None:
        raise WorkflowError(
            f"stack '{stack}', {polarization}: {UNDOES} needs the layer 'area' that gamma0 was divided "
            "by (OPERA's rtc_anf_gamma0_to_beta0, HyP3's area): name it under 'layers:', or put it "
            "beside the scenes"
        )
    return found


def prepared_with(stack: str, polarization: str, scene: str) -> dict[str, str]:
    """The rasters, on the grid, that a scene is prepared with for matching: area, mask."""
    folder, found = f"results/{stack}/{polarization}", {}
    if UNDO:
        found["area"] = f"{folder}/{area_of(stack, polarization).path(scene)}"
    if mask := mask_of(stack, polarization):
        found["mask"] = f"{folder}/{mask.path(scene)}"
    return found


def prepared_from(stack: str, polarization: str, scene: str) -> list:
    """All that these layers are made from; nothing if there are none."""
    found = []
    if UNDO:
        files = area_of(stack, polarization).of(scene)
        found += [
            [[path, headers.stamp_of(path)] for path in files],
            code_digest("layer"),
        ]
    if mask := mask_of(stack, polarization):
        found += [mask.of(scene), mask.written(scene), code_digest("mask")]
    return found


rule mask:
    output:
        mask="results/{stack}/{polarization}/layers/masked.tif",
    log:
        "logs/{stack}/{polarization}/mask.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/mask.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/mask.yaml"
    threads: 1
    resources:
        mem_mb=memory(700, 1, mask_read),
        runtime=minutes(10, 50, mask_read),
    params:
        parts=mask_parts,
        written=lambda wildcards: mask_of(
            wildcards.stack, wildcards.polarization
        ).written(wildcards.get("scene")),
        grid=grid_of,
        code=code_digest("mask"),
    message:
        "Bring the masks of {wildcards.stack} {wildcards.polarization} onto the grid"
    script:
        "../scripts/mask.py"


use rule mask as mask_of_scene with:
    output:
        mask=kept("layers", "results/{stack}/{polarization}/layers/masked/{scene}.tif"),
    log:
        "logs/{stack}/{polarization}/mask/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/mask/{scene}.tsv"

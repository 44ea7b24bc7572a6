# What is masked, once for a stack, or once a scene where a scene's own layer says so.
rule mask:
    input:
        made_layers,
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
        parts=lambda wildcards: [
            part | {"files": lying(part["files"])} for part in mask_parts(wildcards)
        ],
        written=lambda wildcards: mask_written(
            wildcards.stack, wildcards.polarization, wildcards.get("scene")
        ),
        grid=grid_of,
        made_from=lambda wildcards: made_layers_from(wildcards.stack),
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

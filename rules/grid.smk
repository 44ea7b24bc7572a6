rule grid:
    input:
        scenes=lambda wildcards: made(wildcards.stack, grid_scenes(wildcards)),
    output:
        grid="results/{stack}/{polarization}/grid.json",
    log:
        "logs/{stack}/{polarization}/grid.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        scenes=lambda wildcards: [
            source(wildcards.stack, scene) for scene in grid_scenes(wildcards)
        ],
        written=lambda wildcards: written(wildcards.stack, grid_scenes(wildcards)),
        extent=lambda wildcards: extent_of(wildcards.stack)[0],
        bounds=lambda wildcards: extent_of(wildcards.stack)[1],
        unreadable=config["check"]["unreadable"],
        code=code_digest("grid"),
    message:
        "Find the common grid of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/grid.py"

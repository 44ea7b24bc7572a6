rule superset:
    input:
        scene=lambda wildcards: local([scenes_of(wildcards)[wildcards.scene].path]),
        grid=rules.grid.output.grid,
    output:
        scene=kept("superset", "results/{stack}/{polarization}/superset/{scene}.tif"),
    log:
        "logs/{stack}/{polarization}/superset/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/superset/{scene}.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3),
        runtime=minutes(10, 100),
    params:
        source=lambda wildcards: scenes_of(wildcards)[wildcards.scene].path,
        resampling=config["superset"]["resampling"],
        unreadable=config["check"]["unreadable"],
        no_data=config["superset"]["nodata"],
        platform=lambda wildcards: scenes_of(wildcards)[wildcards.scene].platform,
        code=code_digest("superset"),
    message:
        "Bring {wildcards.scene} of {wildcards.stack} {wildcards.polarization} onto the common grid"
    script:
        "../scripts/superset.py"

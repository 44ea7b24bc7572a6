rule superset:
    input:
        scene=inputs_of,
    output:
        scene=kept("superset", "results/{stack}/{polarization}/superset/{scene}.tif"),
    log:
        "logs/{stack}/{polarization}/superset/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/superset/{scene}.tsv"
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3, read_in_place),
        runtime=minutes(10, 100, read_in_place),
    params:
        files=files_of,
        grid=grid_of,
        written=lambda wildcards: written(wildcards.stack, [scene_of(wildcards)]),
        resampling=config["superset"]["resampling"],
        mosaic=config["superset"]["mosaic"],
        no_data=config["superset"]["nodata"],
        platform=lambda wildcards: scene_of(wildcards).platform,
        code=code_digest("superset"),
    message:
        "Bring {wildcards.scene} of {wildcards.stack} {wildcards.polarization} onto the common grid"
    script:
        "../scripts/superset.py"

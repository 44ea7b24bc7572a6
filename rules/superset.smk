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
        made_from=lambda wildcards: given_from(wildcards.stack),
        code=code_digest("superset"),
    message:
        "Bring {wildcards.scene} of {wildcards.stack} {wildcards.polarization} onto the common grid"
    script:
        "../scripts/superset.py"


for name, batch in batch_rules("superset", SCENES_TOGETHER):

    rule:
        name:
            name
        input:
            lambda wildcards, batch=batch: made(
                wildcards.stack, scenes_in(wildcards, batch)
            ),
        output:
            scene=kept(
                "superset",
                together("results/{stack}/{polarization}/superset/{scene}.tif", batch),
            ),
        log:
            f"logs/{{stack}}/{{polarization}}/superset/{batch.log}.log",
        benchmark:
            f"benchmarks/{{stack}}/{{polarization}}/superset/{batch.log}.tsv"
        wildcard_constraints:
            stack=batch.stacks,
            polarization=batch.polarizations,
        group:
            group_of("superset")
        conda:
            "../envs/estimate.yaml"
        threads: 1
        resources:
            mem_mb=memory(600, 0.3, read_together(batch)),
            runtime=minutes(10, 100, read_together(batch)),
        params:
            members=each(batch, read_by_superset),
            grid=grid_of,
            resampling=config["superset"]["resampling"],
            mosaic=config["superset"]["mosaic"],
            no_data=config["superset"]["nodata"],
            made_from=lambda wildcards: given_from(wildcards.stack),
            code=code_digest("superset"),
        message:
            f"Bring {len(batch.members)} scenes of {{wildcards.stack}} {{wildcards.polarization}} onto the common grid"
        script:
            "../scripts/superset.py"

rule flatten:
    input:
        unpack(layers_matched_with),
        scene=rules.superset.output.scene,
    output:
        scene=kept("flatten", "results/{stack}/{polarization}/flatten/{scene}.tif"),
    log:
        "logs/{stack}/{polarization}/flatten/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/flatten/{scene}.tsv"
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3),
        runtime=minutes(10, 100),
    params:
        lower=config["flatten"]["lower"],
        upper=config["flatten"]["upper"],
        outside=config["flatten"]["outside"],
        made_from=lambda wildcards: flattened_from(**wildcards),
        code=code_digest("flatten"),
    message:
        "Truncate the spikes of {wildcards.scene} of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/flatten.py"


for name, batch in batch_rules("flatten", SCENES_TOGETHER):

    rule:
        name:
            name
        input:
            scene=together(rules.superset.output.scene, batch),
        output:
            scene=kept(
                "flatten",
                together("results/{stack}/{polarization}/flatten/{scene}.tif", batch),
            ),
        log:
            f"logs/{{stack}}/{{polarization}}/flatten/{batch.log}.log",
        benchmark:
            f"benchmarks/{{stack}}/{{polarization}}/flatten/{batch.log}.tsv"
        wildcard_constraints:
            stack=rf"({batch.stacks})({DERIVED})?",
            polarization=batch.polarizations,
        group:
            group_of("flatten")
        conda:
            "../envs/estimate.yaml"
        threads: 1
        resources:
            mem_mb=memory(600, 0.3),
            runtime=minutes(10, 100),
        params:
            members=each(batch, lambda **scene: {"made_from": flattened_from(**scene)}),
            lower=config["flatten"]["lower"],
            upper=config["flatten"]["upper"],
            outside=config["flatten"]["outside"],
            code=code_digest("flatten"),
        message:
            f"Truncate the spikes of {len(batch.members)} scenes of {{wildcards.stack}} {{wildcards.polarization}}"
        script:
            "../scripts/flatten.py"

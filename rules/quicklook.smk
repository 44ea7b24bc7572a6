rule quicklook:
    input:
        superset=rules.superset.output.scene,
        flatten=rules.flatten.output.scene,
    output:
        superset=report(
            "results/{stack}/{polarization}/quicklook/superset/{scene}.png",
            caption="../report/quicklook.rst",
            category="Stack {stack} {polarization}",
            subcategory="Quicklooks",
            labels={"scene": "{scene}", "stage": "superset"},
        ),
        flatten=report(
            "results/{stack}/{polarization}/quicklook/flatten/{scene}.png",
            caption="../report/quicklook.rst",
            category="Stack {stack} {polarization}",
            subcategory="Quicklooks",
            labels={"scene": "{scene}", "stage": "flatten"},
        ),
    log:
        "logs/{stack}/{polarization}/quicklook/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/quicklook/{scene}.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=memory(500, 0.1),
        runtime=minutes(10, 100),
    params:
        longest=400,
        code=code_digest("quicklook"),
    message:
        "Draw the quicklooks of {wildcards.scene} of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/quicklook.py"


for name, batch in batch_rules("quicklook", SCENES_TOGETHER):

    rule:
        name:
            name
        input:
            superset=together(rules.superset.output.scene, batch),
            flatten=together(rules.flatten.output.scene, batch),
        output:
            superset=[
                quicklook_of(scene, "superset") for scene in batch.column("scene")
            ],
            flatten=[quicklook_of(scene, "flatten") for scene in batch.column("scene")],
        log:
            f"logs/{{stack}}/{{polarization}}/quicklook/{batch.log}.log",
        benchmark:
            f"benchmarks/{{stack}}/{{polarization}}/quicklook/{batch.log}.tsv"
        wildcard_constraints:
            stack=batch.stacks,
            polarization=batch.polarizations,
        group:
            group_of("quicklook")
        conda:
            "../envs/raster.yaml"
        threads: 1
        resources:
            mem_mb=memory(500, 0.1),
            runtime=minutes(10, 100),
        params:
            members=each(batch),
            longest=400,
            code=code_digest("quicklook"),
        message:
            f"Draw the quicklooks of {len(batch.members)} scenes of {{wildcards.stack}} {{wildcards.polarization}}"
        script:
            "../scripts/quicklook.py"

rule tile:
    input:
        unpack(layers_tiled_with),
        scene=rules.flatten.output.scene,
    output:
        # A folder, so that tiles of an earlier, finer cut do not stay behind.
        tiles=kept("tiles", directory("results/{stack}/{polarization}/tiles/{scene}")),
    log:
        "logs/{stack}/{polarization}/tile/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/tile/{scene}.tsv"
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3),
        runtime=minutes(10, 100),
    params:
        tiles=tiles_of,
        made_from=lambda wildcards: tiled_from(**wildcards),
        code=code_digest("tile"),
    message:
        "Cut {wildcards.scene} of {wildcards.stack} {wildcards.polarization} into tiles"
    script:
        "../scripts/tile.py"


for name, batch in batch_rules("tile", SCENES_TOGETHER):

    rule:
        name:
            name
        input:
            scene=together(rules.flatten.output.scene, batch),
        output:
            tiles=kept(
                "tiles",
                directory(
                    together("results/{stack}/{polarization}/tiles/{scene}", batch)
                ),
            ),
        log:
            f"logs/{{stack}}/{{polarization}}/tile/{batch.log}.log",
        benchmark:
            f"benchmarks/{{stack}}/{{polarization}}/tile/{batch.log}.tsv"
        wildcard_constraints:
            stack=rf"({batch.stacks})({DERIVED})?",
            polarization=batch.polarizations,
        group:
            group_of("tile")
        conda:
            "../envs/estimate.yaml"
        threads: 1
        resources:
            mem_mb=memory(600, 0.3),
            runtime=minutes(10, 100),
        params:
            members=each(batch, lambda **scene: {"made_from": tiled_from(**scene)}),
            tiles=tiles_of,
            code=code_digest("tile"),
        message:
            f"Cut {len(batch.members)} scenes of {{wildcards.stack}} {{wildcards.polarization}} into tiles"
        script:
            "../scripts/tile.py"

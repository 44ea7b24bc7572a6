rule verdict:
    input:
        scenes=rules.locate.output.scenes,
        pairs=rules.analyse.output.pairs,
        scene_tiles=rules.locate.output.scene_tiles,
        residuals=rules.locate.output.residuals,
        grid=rules.inventory.output.grid,
        findings=rules.locate.output.findings,
        inventory=rules.inventory.output.inventory,
        comparisons=lambda wildcards: comparisons_of(
            wildcards.stack, wildcards.polarization
        ),
    output:
        report=f"{ANALYSIS}/verdict.json",
        table=f"{ANALYSIS}/verdict.csv",
    log:
        "logs/{stack}/{polarization}/verdict.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(500, 0.2),
        runtime=minutes_by_scenes(5, 200),
    params:
        requirement=config["requirement"],
        tiles=tiles_of,
        made_from=lambda wildcards: located_from(**wildcards),
        hints=lambda wildcards: hints_of(wildcards.stack, wildcards.polarization),
        code=code_digest("verdict"),
    message:
        "Judge {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/verdict.py"

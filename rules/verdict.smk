rule verdict:
    input:
        scenes=rules.locate.output.scenes,
        pairs=rules.analyse.output.pairs,
        scene_tiles=rules.locate.output.scene_tiles,
        grid=rules.grid.output.grid,
        findings=rules.locate.output.findings,
        unreadable=rules.analyse.output.unreadable,
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
        mem_mb=500,
        runtime=5,
    params:
        requirement=config["requirement"],
        rows=config["tiles"]["rows"],
        columns=config["tiles"]["columns"],
        code=code_digest("verdict"),
    message:
        "Judge {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/verdict.py"

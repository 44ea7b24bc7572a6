rule invert:
    input:
        unpack(truth_of),
        pairs=rules.analyse.output.pairs,
        measurements=rules.analyse.output.measurements,
        grid=rules.grid.output.grid,
    output:
        scenes=f"{ANALYSIS}/scenes.csv",
        tiles=f"{ANALYSIS}/scene_tiles.csv",
        residuals=f"{ANALYSIS}/residuals.csv",
        findings=f"{ANALYSIS}/findings.json",
    log:
        "logs/{stack}/{polarization}/invert.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/invert.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        scenes=lambda wildcards: {
            name: scene.platform for name, scene in scenes_of(wildcards).items()
        },
        rows=config["tiles"]["rows"],
        columns=config["tiles"]["columns"],
        reference=config["invert"]["reference"],
        code=code_digest("invert"),
    message:
        "Adjust the network of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/invert.py"

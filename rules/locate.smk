rule locate:
    input:
        unpack(truth_of),
        unpack(incidences),
        pairs=rules.analyse.output.pairs,
        measurements=rules.analyse.output.measurements,
        grid=rules.inventory.output.grid,
        # Named one by one, as in analyse.
        offsets=lambda wildcards: offsets_of(wildcards.stack, wildcards.polarization),
    output:
        scenes=f"{ANALYSIS}/scenes.csv",
        scene_tiles=f"{ANALYSIS}/scene_tiles.csv",
        tiles=f"{ANALYSIS}/tiles.csv",
        residuals=f"{ANALYSIS}/residuals.csv",
        why=f"{ANALYSIS}/why.csv",
        findings=f"{ANALYSIS}/findings.json",
    log:
        "logs/{stack}/{polarization}/locate.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/locate.tsv"
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(600, 2),
        runtime=minutes_by_scenes(10, 50),
    params:
        scenes=lambda wildcards: {
            name: scene.attributes() for name, scene in scenes_of(wildcards).items()
        },
        tiles=tiles_of,
        seen_by=seen_by,
        reference=lambda wildcards: reference_of(wildcards.stack),
        made_from=lambda wildcards: located_from(**wildcards),
        code=code_digest("locate"),
    message:
        "Locate the scenes of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/locate.py"

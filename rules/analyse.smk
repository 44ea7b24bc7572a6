rule analyse:
    input:
        unpack(truth_of),
        # Named one by one, so that what a scene that was taken out left behind enters no table.
        pairs=lambda wildcards: measurements_of(wildcards.stack, wildcards.polarization),
    output:
        measurements=f"{ANALYSIS}/measurements.csv",
        pairs=f"{ANALYSIS}/pairs.csv",
    log:
        "logs/{stack}/{polarization}/analyse.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/analyse.tsv"
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(600, 2),
        runtime=minutes_by_scenes(10, 50),
    params:
        scenes=lambda wildcards: list(scenes_of(wildcards)),
        made_from=lambda wildcards: analysed_from(**wildcards),
        code=code_digest("analyse"),
    message:
        "Analyse {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/analyse.py"

rule align:
    input:
        unpack(aligned_with),
        tiles="results/{stack}/{polarization}/tiles/{scene}",
    output:
        offsets="results/{stack}/{polarization}/offsets/{scene}.json",
    log:
        "logs/{stack}/{polarization}/align/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/align/{scene}.tsv"
    wildcard_constraints:
        stack=unmeasured("align"),
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=by_tile(700, 25),
        runtime=minutes(20, 100),
    params:
        tiles=tiles_of,
        options=config["correlate"]["coherence"],
        zero=lambda wildcards: aligned_kind(wildcards.stack),
        made_from=lambda wildcards: aligned_from(**wildcards),
    message:
        "Find where {wildcards.scene} of {wildcards.stack} {wildcards.polarization} lies"
    script:
        "../scripts/align.py"

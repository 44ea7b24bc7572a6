rule align:
    input:
        tiles="results/{stack}/{polarization}/tiles/{scene}",
        image=rules.template.output.image,
        report=rules.template.output.report,
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
        made_from=lambda wildcards: aligned_from(**wildcards),
    message:
        "Match {wildcards.scene} of {wildcards.stack} {wildcards.polarization} with the template"
    script:
        "../scripts/align.py"

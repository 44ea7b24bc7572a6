rule template:
    input:
        tiles=lambda wildcards: [
            f"results/{wildcards.stack}/{wildcards.polarization}/tiles/{scene}"
            for scene in members_of(wildcards)
        ],
        pairs=lambda wildcards: [
            f"results/{wildcards.stack}/{wildcards.polarization}/correlation/{reference}__{secondary}.json"
            for reference, secondary in template_pairs(
                members_of(wildcards),
                pairs_of(wildcards.stack, wildcards.polarization),
            )
        ],
    output:
        image="results/{stack}/{polarization}/template/template.tif",
        report="results/{stack}/{polarization}/template/template.json",
    log:
        "logs/{stack}/{polarization}/template.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/template.tsv"
    wildcard_constraints:
        stack=unmeasured("template"),
    conda:
        "../envs/estimate.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, input, attempt, threads: attempt
        * template_mb(wildcards, input, threads),
        runtime=minutes(30, 50),
    params:
        scenes=lambda wildcards: members_of(wildcards),
        grid=grid_of,
        tiles=tiles_of,
        options=config["correlate"]["coherence"],
        made_from=lambda wildcards: template_from(**wildcards),
    message:
        "Average the aligned scenes of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/template.py"

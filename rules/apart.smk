rule apart:
    input:
        images=[
            "results/{first}/{polarization}/template/template.tif",
            "results/{second}/{polarization}/template/template.tif",
        ],
        findings=[
            "results/{first}/{polarization}/analysis/findings.json",
            "results/{second}/{polarization}/analysis/findings.json",
        ],
    output:
        "results/comparison/{first}__{second}/{polarization}_apart.json",
    log:
        "logs/comparison/{first}__{second}/{polarization}_apart.log",
    benchmark:
        "benchmarks/comparison/{first}__{second}/{polarization}_apart.tsv"
    wildcard_constraints:
        first=REAL_STACK,
        second=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000, 6),
        runtime=minutes(20, 20),
    params:
        tiles=lambda wildcards: TILES[wildcards.first, wildcards.polarization],
        options=config["correlate"]["coherence"],
        code=code_digest("apart"),
    message:
        "See how far {wildcards.second} lies from {wildcards.first}, {wildcards.polarization}"
    script:
        "../scripts/apart.py"

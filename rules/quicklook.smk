rule quicklook:
    input:
        superset=rules.superset.output.scene,
        flatten=rules.flatten.output.scene,
    output:
        superset=report(
            "results/{stack}/{polarization}/quicklook/superset/{scene}.png",
            caption="../report/quicklook.rst",
            category="Stack {stack} {polarization}",
            subcategory="Quicklooks",
            labels={"scene": "{scene}", "stage": "superset"},
        ),
        flatten=report(
            "results/{stack}/{polarization}/quicklook/flatten/{scene}.png",
            caption="../report/quicklook.rst",
            category="Stack {stack} {polarization}",
            subcategory="Quicklooks",
            labels={"scene": "{scene}", "stage": "flatten"},
        ),
    log:
        "logs/{stack}/{polarization}/quicklook/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/quicklook/{scene}.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=memory(500, 0.1),
        runtime=minutes(10, 100),
    params:
        longest=400,
        code=code_digest("quicklook"),
    message:
        "Draw the quicklooks of {wildcards.scene} of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/quicklook.py"

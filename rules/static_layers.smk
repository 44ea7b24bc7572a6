rule static_layers:
    output:
        **{
            name: f"results/{{stack}}/simulated/layers/{name}.tif"
            for name in layers.NAMES
            if name != "land_cover"
        },
    log:
        "logs/{stack}/simulate/static_layers.log",
    benchmark:
        "benchmarks/{stack}/simulate/static_layers.tsv"
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: attempt
        * max(1000, 300 + round(simulated_mb(wildcards.stack) * 80)),
        runtime=20,
    params:
        settings=lambda wildcards: STACKS[wildcards.stack]["simulate"],
        code=code_digest("static_layers"),
    message:
        "Simulate the layers of {wildcards.stack}"
    script:
        "../scripts/static_layers.py"

rule flatten:
    input:
        scene=rules.superset.output.scene,
    output:
        scene="results/{stack}/{polarization}/flatten/{scene}.tif",
    log:
        "logs/{stack}/{polarization}/flatten/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/flatten/{scene}.tsv"
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        lower=config["flatten"]["lower"],
        upper=config["flatten"]["upper"],
        outside=config["flatten"]["outside"],
        code=code_digest("flatten"),
    message:
        "Truncate the spikes of {wildcards.scene} of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/flatten.py"

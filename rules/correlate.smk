rule correlate:
    input:
        reference="results/{stack}/{polarization}/tiles/{reference}",
        secondary="results/{stack}/{polarization}/tiles/{secondary}",
    output:
        pair="results/{stack}/{polarization}/matches/{reference}__{secondary}.json",
    log:
        "logs/{stack}/{polarization}/correlate/{reference}__{secondary}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/correlate/{reference}__{secondary}.tsv"
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        rows=config["tiles"]["rows"],
        columns=config["tiles"]["columns"],
        method=config["correlate"]["method"],
        options=config["correlate"][config["correlate"]["method"]],
        code=code_digest("correlate", f"stackshift.{config['correlate']['method']}"),
    message:
        "Match {wildcards.secondary} with {wildcards.reference} of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/correlate.py"

rule correlate:
    input:
        reference="results/{stack}/{polarization}/tiles/{reference}",
        secondary="results/{stack}/{polarization}/tiles/{secondary}",
    output:
        pair="results/{stack}/{polarization}/correlation/{reference}__{secondary}.json",
    log:
        "logs/{stack}/{polarization}/correlate/{reference}__{secondary}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/correlate/{reference}__{secondary}.tsv"
    wildcard_constraints:
        stack=unmeasured("correlate"),
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=by_tile(700, 25),
        runtime=minutes(20, 100),
    params:
        tiles=tiles_of,
        method=config["correlate"]["method"],
        options=config["correlate"][config["correlate"]["method"]],
        made_from=lambda wildcards: made_from(**wildcards),
    message:
        "Match {wildcards.secondary} with {wildcards.reference} of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/correlate.py"


for name, batch in batch_rules("correlate", PAIRS_TOGETHER):

    rule:
        name:
            name
        input:
            reference=together(
                "results/{stack}/{polarization}/tiles/{reference}", batch
            ),
            secondary=together(
                "results/{stack}/{polarization}/tiles/{secondary}", batch
            ),
        output:
            pair=together(rules.correlate.output.pair, batch),
        log:
            f"logs/{{stack}}/{{polarization}}/correlate/{batch.log}.log",
        benchmark:
            f"benchmarks/{{stack}}/{{polarization}}/correlate/{batch.log}.tsv"
        wildcard_constraints:
            stack=rf"({batch.stacks})({DERIVED})?",
            polarization=batch.polarizations,
        group:
            group_of("correlate")
        conda:
            "../envs/estimate.yaml"
        threads: 1
        resources:
            # A tile of each scene that comes again is held.
            mem_mb=by_tile(700, 25 + 2 * len(batch.members)),
            runtime=minutes(20, 100),
        params:
            members=each(batch, lambda **pair: {"made_from": made_from(**pair)}),
            tiles=tiles_of,
            method=config["correlate"]["method"],
            options=config["correlate"][config["correlate"]["method"]],
        message:
            f"Match {len(batch.members)} pairs of {{wildcards.stack}} {{wildcards.polarization}}"
        script:
            "../scripts/correlate.py"
